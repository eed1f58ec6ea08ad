using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Commands;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests;

/// <summary>A command that is refused, for whatever reason, writes nothing: no row, no event, no job.</summary>
public sealed class CommandRefusalTests : IClassFixture<CommandRefusalTests.Builds>
{
    private static readonly Caller Somebody = Caller.System("test");
    private static readonly Caller Reader = new(Actor.Person("eleni"), new HashSet<string> { Permission.View }, [], []);
    private readonly Builds builds;

    public CommandRefusalTests(Builds builds) => this.builds = builds;

    public static TheoryData<string, string> Refusals => new()
    {
        { "start, unknown repository", nameof(StartBuildOutcome.UnknownCommit) },
        { "start, unknown commit", nameof(StartBuildOutcome.UnknownCommit) },
        { "start, no permission", nameof(PermissionDeniedException) },
        { "start, anonymous", nameof(PermissionDeniedException) },
        { "retry, unknown build", nameof(StartBuildOutcome.UnknownBuild) },
        { "retry, no permission", nameof(PermissionDeniedException) },
        { "cancel, unknown build", nameof(CancelBuildOutcome.UnknownBuild) },
        { "cancel, no permission", nameof(PermissionDeniedException) },
        { "cancel, rejected definition", nameof(CancelBuildOutcome.AlreadyOver) },
        { "cancel, skipped", nameof(CancelBuildOutcome.AlreadyOver) },
        { "cancel, succeeded", nameof(CancelBuildOutcome.AlreadyOver) },
        { "cancel, cancelled", nameof(CancelBuildOutcome.AlreadyOver) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_command_writes_nothing(string what, string refusal)
    {
        var before = builds.Host.Jobs.All.Count;
        string outcome = "";
        var changes = await Written.ByAsync(builds.Host.Database, async () => outcome = await OutcomeAsync(what));

        Assert.Equal(refusal, outcome);
        Assert.Empty(changes);
        Assert.Equal(before, builds.Host.Jobs.All.Count);
    }

    private async Task<string> OutcomeAsync(string what)
    {
        var (ct, unknown) = (CancellationToken.None, new BuildId(Guid.CreateVersion7()));
        var (host, running) = (builds.Host, new BuildId(builds.Ids["running"]));
        var (commands, repository) = (host.Get<BuildCommands>(), host.Repository.Id);
        try
        {
            return what switch
            {
                "start, unknown repository" => Name(
                    await commands.StartAsync(Somebody, new RepositoryId(unknown.Value), builds.Sha, null, ct)),
                "start, unknown commit" => Name(
                    await commands.StartAsync(Somebody, repository, CommitSha.Parse(new string('d', 40)), null, ct)),
                "start, no permission" => Name(await commands.StartAsync(Reader, repository, builds.Sha, null, ct)),
                "start, anonymous" => Name(await commands.StartAsync(Caller.Anonymous, repository, builds.Sha, null, ct)),
                "retry, unknown build" => Name(await commands.RetryAsync(Somebody, unknown, ct)),
                "retry, no permission" => Name(await commands.RetryAsync(Reader, running, ct)),
                "cancel, unknown build" => Name(await commands.CancelAsync(Somebody, unknown, "why", ct)),
                "cancel, no permission" => Name(await commands.CancelAsync(Reader, running, "why", ct)),
                _ => Name(await commands.CancelAsync(Somebody, new BuildId(builds.Ids[what["cancel, ".Length..]]), "why", ct)),
            };
        }
        catch (PermissionDeniedException e)
        {
            return Name(e);
        }
    }

    private static string Name(object outcome) => outcome is Enum ? outcome.ToString()! : outcome.GetType().Name;

    /// <summary>A build in every state.</summary>
    public sealed class Builds : IAsyncLifetime
    {
        internal BuildHost Host { get; private set; } = null!;

        public Dictionary<string, Guid> Ids { get; } = [];

        public CommitSha Sha { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Host = await BuildHost.StartAsync();
            Ids["rejected definition"] = (await Host.PushAsync("stepz: []")).Build.Id;
            Ids["skipped"] = (await Host.PushAsync(TaskCalls.OneStep, "Fix [skip ci]")).Build.Id;
            var (done, task) = await Host.RunningAsync(TaskCalls.OneStep + " # a");
            using (task)
                await task.ResultAsync(TaskCalls.Good);
            await Host.EndTaskAsync(done.Modules[0], Outcome.Succeeded);
            Ids["succeeded"] = done.Build.Id;
            Ids["cancelled"] = (await Host.PushAsync(TaskCalls.OneStep + " # b")).Build.Id;
            await Host.Get<BuildCommands>().CancelAsync(Somebody, new BuildId(Ids["cancelled"]), null, CancellationToken.None);
            var running = await Host.PushAsync(TaskCalls.OneStep + " # c");
            (Ids["running"], Sha) = (running.Build.Id, CommitSha.Parse(running.Build.Sha));
            Assert.Equal(BuildState.Succeeded, (await Host.DetailAsync(done.Build.Id)).Build.State);
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
