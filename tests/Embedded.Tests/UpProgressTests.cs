using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Yaml;
using Pipeline.TestKit;

namespace Pipeline.Embedded.Tests;

public sealed class UpProgressTests : IAsyncLifetime
{
    private static readonly Guid Id = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly RepositoryId Repository = new(Id);
    private static readonly BuildId Build = new(Id);
    private static readonly ModuleBuildId Module = new(Id);
    private static readonly PromotionId Promotion = new(Id);
    private static readonly CommitSha Sha = CommitSha.Parse(new string('a', 40));
    private static readonly Digest Release = Digest.Of([1]);
    private static readonly EventKinds Kinds =
        new([.. KernelEventKinds.All, .. GitEventKinds.All, .. BuildEventKinds.All, .. ArtifactEventKinds.All, .. PromotionEventKinds.All]);

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly StringWriter output = new();
    private readonly TemporaryFolder folder = new();
    private NpgsqlDataSource db = default!;

    public async ValueTask InitializeAsync() => db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        await db.DisposeAsync();
        await output.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_way_to_production_is_told_line_by_line_until_the_application_answers()
    {
        await using var application = await ApplicationAsync();
        var following = FollowAsync(new Uri(application.Urls.First()).Port);

        await AppendAsync(
            new CommitPushed(Repository, "main", Sha, null, false, "eleni", "d1"),
            new BuildPlanned(Repository, Sha, Build, 1, ["web", "jobs"]),
            new StepStarted(Build, Module, "web", "test"),
            new StepFinished(Build, Module, "web", "test", 0),
            new StepFinished(Build, Module, "web", "lint", 3),
            new BuildFinished(Repository, Sha, Build, 1, Outcome.Succeeded, null, null),
            new ReleaseCreated(Repository, Sha, Build, Release, 4),
            new PromotionWaiting(Promotion, Release, "product-qa", ["Soaks for 30 s.", "another"]),
            new PromotionStarted(Promotion, Release, "production", 2),
            new PromotionBaking(Promotion, Release, "production"),
            new PromotionSucceeded(Promotion, Release, "infra-qa"),
            new PromotionSucceeded(Promotion, Release, "production"));

        Assert.True(await following);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[8..].Trim()).ToList();
        Assert.Equal("pushed to main by eleni", lines[0]);
        Assert.Equal("build #1: web, jobs", lines[1]);
        Assert.Contains("web: test done", lines);
        Assert.Contains("web: lint failed, exit 3", lines);
        Assert.Contains("product-qa waits: Soaks for 30 s.", lines);
        Assert.Contains($"release 4 signed: {Release.ToString()[..19]}", lines);
        Assert.Contains("in infra-qa", lines);
        Assert.Equal($"production answers at {application.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/apps/production/hello/: Hello", lines[^1]);
    }

    public static TheoryData<int, string> Failures => new()
    {
        { 0, "stopped: .pipeline.yaml:3:1: No." },
        { 1, "stopped: web: test failed with exit code 1" },
        { 2, "stopped: production: no healthy instance" },
        { 3, "stopped: production rolled back: no healthy instance" },
        { 4, "stopped: production: rejected by nikos" },
        { 5, "stopped: production: superseded" },
        { 6, "stopped: digest-mismatch: the artifact changed" },
        { 7, "stopped: the build did not succeed" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_ends_on_the_way_is_told_with_its_reason_and_where_to_look(int failure, string line)
    {
        JournalEvent[] failures =
        [
            new DefinitionRejected(Repository, Sha, Build, 1, [new DefinitionProblem(".pipeline.yaml", 3, 1, "No.", null)]),
            new BuildFinished(Repository, Sha, Build, 1, Outcome.Failed, FailureClass.App, "web: test failed with exit code 1"),
            new PromotionFailed(Promotion, Release, "production", FailureClass.Health, "no healthy instance"),
            new PromotionRolledBack(Promotion, Release, "production", null, "no healthy instance"),
            new PromotionRejected(Promotion, Release, "production", "nikos", null),
            new PromotionSuperseded(Promotion, Release, "production", Release),
            new SecurityEventRaised(null, Release, null, null, "digest-mismatch", "the artifact changed"),
            new BuildFinished(Repository, Sha, Build, 1, Outcome.Cancelled, null, null),
        ];
        var following = FollowAsync(8081);
        await AppendAsync(failures[failure]);

        Assert.False(await following);
        Assert.Contains(line, output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"http://localhost:8080/commits/{Sha}", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_of_a_newer_server_and_one_about_another_commit_are_passed_over()
    {
        var following = FollowAsync(8081);
        await AppendAsync(new UnknownEvent("build.dreamt", System.Text.Json.JsonDocument.Parse("{}").RootElement));
        await JournalOf(db).AppendAsync(
            new PromotionRejected(Promotion, Release, "production", "somebody", null), Actor.System("test"),
            new JournalSubject { Commit = CommitSha.Parse(new string('b', 40)) }, ct);
        await AppendAsync(new PromotionRejected(Promotion, Release, "production", "nikos", null));

        Assert.False(await following);
        Assert.DoesNotContain("somebody", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_person_can_do_next_names_the_clone_the_page_and_the_token()
    {
        var sample = new SampleRepository(folder.Options(), folder.Layout());

        await new UpProgress(folder.Options(), TimeProvider.System, output).ExplainAsync(sample);

        var text = output.ToString();
        Assert.Contains($"git clone {sample.CloneUrl}", text, StringComparison.Ordinal);
        Assert.Contains("http://localhost:8080/repos/samples/hello", text, StringComparison.Ordinal);
        Assert.Contains("curl http://localhost:8081/apps/production/hello/", text, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(folder.Options().DataDirectory, "admin-token"), text, StringComparison.Ordinal);
    }

    private Task<bool> FollowAsync(int port) =>
        new UpProgress(folder.Options(trafficPort: port), TimeProvider.System, output).FollowAsync(new JournalReader(db, Kinds), Sha, ct);

    private Task AppendAsync(params JournalEvent[] events) => JournalOf(db).AppendAsync(
        [.. events.Select(e => new NewJournalEntry(e, Actor.System("test"), new JournalSubject { Commit = Sha }))], ct);

    private static Journal JournalOf(NpgsqlDataSource db) => new(db, Kinds, _ => { }, TimeProvider.System);

    private static async Task<WebApplication> ApplicationAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/apps/production/hello/", () => "Hello\n");
        await app.StartAsync();
        return app;
    }
}
