using System.Globalization;
using System.Text;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Server.Jobs;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Flows;

/// <summary>
/// Which job every event starts and which status it shows, as the reviewed <c>Flow.table.txt</c>. After a wanted change run these tests
/// with <c>UPDATE_REVIEWED=1</c> and read the difference.
/// </summary>
public sealed class FlowTests
{
    [Fact]
    public void Every_event_starts_the_jobs_that_the_reviewed_table_says()
    {
        var now = new StringBuilder();
        foreach (var happened in Examples.All)
            now.Append(CultureInfo.InvariantCulture, $"{Describe(happened)}\n    {string.Join("\n    ", Consequences(happened))}\n");
        ReviewedFile.Require("tests/Server.Tests/Flows/Flow.table.txt", now.ToString());
    }

    [Fact]
    public void Every_kind_of_event_is_in_the_table()
    {
        var services = new ServiceCollection();
        PipelineHost.AddParts(services, new ConfigurationBuilder().Build(), "Host=nowhere");
        var kinds = services.Where(s => s.ServiceType == typeof(EventKind)).Select(s => ((EventKind)s.ImplementationInstance!).Type);
        var left = kinds.Except(Examples.All.Select(e => e.GetType())).Select(t => t.Name).ToList();
        Assert.True(
            left.Count == 0, $"Flows/Examples.cs has no example of {string.Join(", ", left)}: add one, and let the table be rewritten.");
    }

    [Fact]
    public void An_event_of_a_newer_server_starts_nothing_and_shows_as_no_status()
    {
        var unknown = new UnknownEvent("build.finished", System.Text.Json.JsonSerializer.SerializeToElement(new { outcome = "succeeded" }));
        Assert.Empty(JobsOf(unknown));
        Assert.Null(StatusReport.Of(unknown));
    }

    [Fact]
    public void Every_event_of_every_slice_is_registered_under_a_name_of_its_own()
    {
        var services = new ServiceCollection();
        PipelineHost.AddParts(services, new ConfigurationBuilder().Build(), "Host=nowhere");
        var kinds = services.Where(s => s.ServiceType == typeof(EventKind)).Select(s => (EventKind)s.ImplementationInstance!).ToList();
        var events = PipelineHost.Slices.Append(typeof(JournalEvent).Assembly).SelectMany(a => a.GetTypes())
            .Where(t => t.IsSubclassOf(typeof(JournalEvent)) && t != typeof(UnknownEvent));
        var left = events.Except(kinds.Select(k => k.Type)).Select(t => t.Name).ToList();
        Assert.True(left.Count == 0, $"No slice registers {string.Join(", ", left)}: give it a stored name in the slice's …EventKinds.");
        Assert.Equal(kinds.Count, kinds.Select(k => k.Name).Distinct().Count());
    }

    [Fact]
    public async Task Every_job_that_the_flow_names_can_be_made_by_the_server()
    {
        var folder = Directory.CreateTempSubdirectory("flow-test-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = folder,
            ["PublicUrl"] = "http://localhost",
            ["Scheduler:ServerKeyPath"] = Path.Combine(folder, "server.key"),
            ["DeployStages:Policy"] = Path.Combine(RepositoryRoot.Path, "pipelines/stages.yaml"),
        });
        PipelineHost.AddParts(builder.Services, builder.Configuration, await TestPostgres.CreateDatabaseAsync([.. PipelineHost.Slices]));
        builder.Services.AddSingleton<IBackgroundJobClient>(new Recorder()); // Hangfire's filters are process-wide: other tests run beside
        await using var server = builder.Build();
        var types = Examples.All.SelectMany(JobsOf).Select(j => j.Type).Distinct().ToList();
        Assert.NotEmpty(types);
        foreach (var type in types)
        {
            // As Hangfire makes them.
            var failed = Record.Exception(() => ActivatorUtilities.GetServiceOrCreateInstance(server.Services, type));
            Assert.True(
                failed is null,
                $"The server cannot make {type.FullName}. Register it by AddTransientByInternalConstructor in its slice's module. "
                + failed?.Message);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string Describe(JournalEvent happened) => happened switch
    {
        BuildFinished e => $"BuildFinished {e.Outcome} {e.Class}".TrimEnd(),
        PromotionFailed e => $"PromotionFailed {e.Class}",
        TaskFinished { Final: false } => "TaskFinished of a build, another attempt follows",
        TaskFinished { DeployId: Examples.RunId } => "TaskFinished of a build",
        SecurityEventRaised { Release: null } => "SecurityEventRaised about no release",
        _ => happened.GetType().Name,
    };

    private static IEnumerable<string> Consequences(JournalEvent happened)
    {
        var lines = JobsOf(happened).Where(j => j.Type != typeof(ReportStatusJob)).Select(j => $"job {j.Type.FullName}").ToList();
        if (StatusReport.Of(happened) is { } status)
            lines.Add($"status {status.Context} {status.State}: {status.Description}");
        return lines.Count == 0 ? ["nothing"] : lines;
    }

    private static IReadOnlyList<Job> JobsOf(JournalEvent happened)
    {
        var recorder = new Recorder();
        var flow = new Flow(recorder, new StatusFlow(recorder));
        flow.On(new NewJournalEntry(happened, Actor.Person("eleni"), Examples.Subject));
        return recorder.Jobs;
    }

    private sealed class Recorder : IBackgroundJobClient
    {
        public List<Job> Jobs { get; } = [];

        public string Create(Job job, IState state)
        {
            Jobs.Add(job);
            return "1";
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => true;
    }
}
