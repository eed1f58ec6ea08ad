using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Ui.Display;
using Pipeline.Ui.Queries.Timelines;

namespace Pipeline.Ui.Tests.Queries;

/// <summary>Events in words.</summary>
public sealed class EventSentencesTests : UiTest
{
    private static readonly DateTimeOffset Now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly CommitSha Sha = CommitSha.Parse(Good);
    private static readonly PromotionId Promotion = new(Waiting);
    private static readonly Digest Release = Digest.Parse("sha256:" + new string('a', 64));

    public static TheoryData<JournalEvent, string, string?, string?> Sentences => new()
    {
        { new TaskLaunched("lab", "r", "d", "t1", "a", "host-1"), "launched task t1 on host-1", "starting", "/clusters/lab/tasks/t1" },
        { new TaskRunning("lab", "r", "d", "t1"), "task t1 is running", "running", "/clusters/lab/tasks/t1" },
        { new TaskHealthy("lab", "r", "d", "t1"), "task t1 is healthy", "healthy", "/clusters/lab/tasks/t1" },
        {
            new TaskFinished("lab", "r", "d", "t1", Outcome.Failed, FailureClass.App, 1, "exit code 1", true),
                "task t1 failed: exit code 1", "failed",
            "/clusters/lab/tasks/t1"
        },
        { new DeployHealthy("lab", "billing", "d"), "billing is healthy in lab", "healthy", "/deployables/billing" },
        { new DeployFailed("lab", "billing", "d", FailureClass.Health, "overdue"), "billing failed in lab: overdue", "failed",
        "/deployables/billing" },
        { new RequestChanged("lab", "billing", "scale-ended", "2 instances again", null, null), "billing scale ended: 2 instances again",
        null, "/deployables/billing" },
        { new AgentLost("lab", "a", "host-1", ""), "agent host-1 was lost", "lost", "/clusters/lab/agents/host-1" },
        { new MachineChanged("lab", "rack", "r1", "draining", "rack r1 drains", "new disks", null), "rack r1 drains: new disks",
        "draining", "/clusters/lab" },
        { new ClusterChanged("lab", "reconnected"), "cluster lab: reconnected", null, "/clusters/lab" },
        { new PromotionCreated(Promotion, Release, "production"), "created the promotion to production", "pending", $"/promotions/{Waiting}" },
        {
            new PromotionWaiting(Promotion, Release, "production", ["Approval 0 of 1.", "Soak."]),
                "the promotion to production waits: Approval 0 of 1. Soak.",
            "waiting", $"/promotions/{Waiting}"
        },
        { new PromotionApproved(Promotion, "production", "maria", "looks good"), "approved for production: “looks good”", "succeeded", $"/promotions/{Waiting}" },
        { new PromotionRejected(Promotion, Release, "production", "maria", null), "rejected for production", "rejected", $"/promotions/{Waiting}" },
        { new PromotionFailed(Promotion, Release, "production", FailureClass.App, "exit code 1"), "the promotion to production failed: exit code 1", "failed", $"/promotions/{Waiting}" },
        { new PromotionRolledBack(Promotion, Release, "production", null, "unhealthy"), "production was rolled back: unhealthy", "rolled-back", $"/promotions/{Waiting}" },
        { new ActionRecorded("token.created", "maria", "for the new release manager"),
        "token.created maria: “for the new release manager”", null, null },
        { new BranchDeleted(default, "feature/vat", "d"), "deleted branch feature/vat", null, null },
        { new StepFinished(default, default, "api", "test", 1), "module api: step test ended with exit code 1", "failed", null },
        { new StepFinished(default, default, "api", "test", 0), "module api: step test ended with exit code 0", "succeeded", null },
    };

    public static TheoryData<JournalEvent, string> RouteSentences => new()
    {
        { new RouteClaimed("production", "/shop", "web"), "web took the route /shop in production" },
        {
            new RouteTransferred("production", "/shop", "web2", "web", "the team moved"),
            "the route /shop in production passed from web to web2: the team moved"
        },
        { new RouteTransferred("production", "/shop/v2", "v2", null, "split"), "the route /shop/v2 in production passed to v2: split" },
        { new RouteReleased("production", "/shop", "web", "not used"), "web gave up the route /shop in production: not used" },
    };

    [Theory]
    [MemberData(nameof(RouteSentences))]
    public void An_event_of_a_route_leads_to_the_routes(JournalEvent happened, string text) =>
        Assert.Equal(new EventSentence(text, null, "/routes"), EventSentences.Of(Entry(happened), null));

    [Theory]
    [MemberData(nameof(Sentences))]
    public void An_event_reads_as_a_sentence_with_its_state_and_its_page(JournalEvent happened, string text, string? state, string? href) =>
        Assert.Equal(new EventSentence(text, state, href), EventSentences.Of(Entry(happened), null));

    [Fact]
    public void Every_kind_of_event_that_a_slice_registers_has_a_sentence()
    {
        foreach (var kind in Page.Services.GetServices<EventKind>())
        {
            var sentence = EventSentences.Of(Entry(Sample(kind.Type)), "shop/billing");

            Assert.False(
                sentence.Text.Contains("newer server", StringComparison.Ordinal),
                $"{kind.Type.Name} has no sentence: add its arm in src/Ui/Queries/Timelines/EventSentences.cs.");
            Assert.DoesNotContain("Pipeline.", sentence.Text, StringComparison.Ordinal);
            Assert.False(sentence.Text.EndsWith('.'), kind.Name);
            Assert.True(sentence.Href is null || sentence.Href.StartsWith('/'), kind.Name);
            Assert.True(sentence.State is null || StateWords.Of(sentence.State).Word.Length > 0, kind.Name);
        }
    }

    [Fact]
    public void A_kind_of_a_newer_server_is_named_as_such()
    {
        using var payload = JsonDocument.Parse("""{"kind": "release.teleported"}""");

        Assert.Equal(
            new EventSentence("an event of a newer server: release.teleported"),
            EventSentences.Of(Entry(new UnknownEvent("release.teleported", payload.RootElement)) with { Kind = "release.teleported" },
            "shop/billing"));
    }

    [Fact]
    public async Task A_timeline_tells_who_did_what_where_it_is_shown_and_to_which_commit()
    {
        var rows = await Service<TimelineQueries>().AboutAsync(new JournalSubject { Commit = Sha }, null, 10, Ct);

        Assert.Equal(["build #2 succeeded", "pushed to main"], rows.Select(r => r.Sentence));
        Assert.All(rows, r => Assert.Equal((Good, "shop/billing"), (r.Sha, r.Repository)));
        Assert.Equal(["system:builds", "webhook:eleni"], rows.Select(r => r.Actor));
        Assert.Equal(["/repos/shop/billing/builds/2", $"/repos/shop/billing/commits/{Good}"], rows.Select(r => r.Href));
    }

    [Fact]
    public async Task A_timeline_is_read_page_by_page_without_a_gap()
    {
        var all = await Service<TimelineQueries>().AboutAsync(JournalSubject.None, null, 100, Ct);
        var paged = new List<TimelineRow>();
        while (await Service<TimelineQueries>().AboutAsync(JournalSubject.None, paged.Count == 0 ? null : paged[^1].Id, 2,
            Ct) is { Count: > 0 } page)
            paged.AddRange(page);

        Assert.Equal(all, paged);
        Assert.Equal(all.OrderByDescending(r => r.Id), all);
    }

    [Fact]
    public async Task Security_events_are_found_by_commit_and_by_release()
    {
        var release = await ReadAsync<string>("SELECT digest FROM artifact.release WHERE number = 1");

        Assert.Equal("digest-mismatch", Assert.Single(await Service<TimelineQueries>().SecurityAsync(new string('1', 40), null, Ct)).Code);
        Assert.Single(await Service<TimelineQueries>().SecurityAsync(null, release, Ct));
        Assert.Empty(await Service<TimelineQueries>().SecurityAsync(Good, null, Ct));
    }

    private static JournalEntry Entry(JournalEvent happened) => new(1, Now, "a.kind", Actor.Person("maria"),
        new JournalSubject { Commit = Sha }, happened);

    /// <summary>An event with something in every member.</summary>
    private static JournalEvent Sample(Type type)
    {
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        return (JournalEvent)constructor.Invoke([.. constructor.GetParameters().Select(p => Value(p.ParameterType))]);
    }

    private static object? Value(Type type) => type switch
    {
        _ when type == typeof(string) => "word",
        _ when type == typeof(CommitSha) => Sha,
        _ when type == typeof(Digest) => Release,
        _ when type == typeof(IReadOnlyList<string>) => new[] { "one" },
        { IsValueType: true } => Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null,
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) =>
        Array.CreateInstance(type.GetGenericArguments()[0], 0),
        _ => null,
    };
}
