using System.Text.Json;
using Pipeline.BuildRunner.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Yaml;
using Pipeline.Kernel.Events;

namespace Pipeline.BuildRunner.Tests.Contract;

/// <summary>What rows and the journal hold by name: a name that changes orphans what is stored.</summary>
public sealed class StoredNameTests
{
    private static readonly RepositoryId Repository = new(Guid.Parse("018f0000-0000-7000-8000-000000000001"));
    private static readonly BuildId Build = new(Guid.Parse("018f0000-0000-7000-8000-000000000002"));
    private static readonly ModuleBuildId Module = new(Guid.Parse("018f0000-0000-7000-8000-000000000003"));
    private static readonly CommitSha Sha = CommitSha.Parse("0123456789abcdef0123456789abcdef01234567");
    private const string Ids =
        "\"repository\":\"018f0000-0000-7000-8000-000000000001\",\"sha\":\"0123456789abcdef0123456789abcdef01234567\","
        + "\"build\":\"018f0000-0000-7000-8000-000000000002\",\"number\":7";
    private const string Modules =
        "\"build\":\"018f0000-0000-7000-8000-000000000002\",\"moduleBuild\":\"018f0000-0000-7000-8000-000000000003\",\"module\":\"api\"";

    [Theory]
    [InlineData(typeof(BuildState), "Running Succeeded Failed Cancelled Skipped")]
    [InlineData(typeof(ModuleState), "Waiting Queued Running Succeeded Failed Cancelled Skipped")]
    [InlineData(typeof(StepState), "Waiting Running Succeeded Failed TimedOut Skipped")]
    [InlineData(typeof(BuildTrigger), "Push Manual Retry")]
    public void States_keep_their_names(Type type, string names) => Assert.Equal(names, string.Join(' ', Enum.GetNames(type)));

    // As the journal writes it, and what is read from that.
    public static TheoryData<string, string> Events => new()
    {
        { "definition.rejected", $"{{{Ids},\"problems\":[{{\"file\":\"f\",\"line\":1,\"column\":2,\"message\":\"m\",\"hint\":null}}]}}" },
        { "build.planned", $"{{{Ids},\"modules\":[\"b\",\"a\"]}}" },
        { "module.started", $"{{{Modules},\"taskId\":\"t\"}}" },
        { "step.started", $"{{{Modules},\"step\":\"s\"}}" },
        { "step.finished", $"{{{Modules},\"step\":\"s\",\"exitCode\":-1}}" },
        { "module.finished", $"{{{Modules},\"outcome\":\"failed\",\"class\":\"infra\",\"reason\":\"r\"}}" },
        { "build.finished", $"{{{Ids},\"outcome\":\"succeeded\",\"class\":null,\"reason\":null}}" },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_stored_and_read_as_ever(string kind, string json)
    {
        JournalEvent[] all =
        [
            new DefinitionRejected(Repository, Sha, Build, 7, [new DefinitionProblem("f", 1, 2, "m", null)]),
            new BuildPlanned(Repository, Sha, Build, 7, ["b", "a"]), new ModuleBuildStarted(Build, Module, "api", "t"),
            new StepStarted(Build, Module, "api", "s"), new StepFinished(Build, Module, "api", "s", -1),
            new ModuleBuildFinished(Build, Module, "api", Outcome.Failed, FailureClass.Infra, "r"),
            new BuildFinished(Repository, Sha, Build, 7, Outcome.Succeeded, null, null),
        ];
        var known = Assert.Single(BuildEventKinds.All, k => k.Name == kind);
        var happened = Assert.Single(all, e => e.GetType() == known.Type);

        Assert.Equal(json, JsonSerializer.Serialize(happened, known.Type, StoredJson.Options));
        Assert.Equivalent(happened, JsonSerializer.Deserialize(json, known.Type, StoredJson.Options), strict: true);
    }

    [Fact]
    public void There_are_seven_kinds_of_events() => Assert.Equal(7, BuildEventKinds.All.Count);
}
