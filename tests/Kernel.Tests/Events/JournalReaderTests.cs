using Pipeline.Kernel.Events;

namespace Pipeline.Kernel.Tests.Events;

public sealed class JournalReaderTests : IAsyncLifetime
{
    private static readonly JournalSubject Everything = new()
    {
        Repository = new RepositoryId(Guid.Parse("01900000-0000-7000-8000-000000000001")),
        Commit = CommitSha.Parse(new string('a', 40)),
        Build = new BuildId(Guid.Parse("01900000-0000-7000-8000-000000000002")),
        Release = Digest.Of([1]),
        Promotion = new PromotionId(Guid.Parse("01900000-0000-7000-8000-000000000003")),
        Stage = "stage",
        Deployable = "deployable",
        Cluster = "cluster",
        TaskId = "task",
    };

    // The subject with this field alone, and the one that names another thing in it.
    private static readonly Dictionary<string, (JournalSubject Same, JournalSubject Other)> Fields = new()
    {
        ["repository"] = (new() { Repository = Everything.Repository }, Everything with { Repository = new RepositoryId(Guid.Empty) }),
        ["commit"] = (new() { Commit = Everything.Commit }, Everything with { Commit = CommitSha.Parse(new string('b', 40)) }),
        ["build"] = (new() { Build = Everything.Build }, Everything with { Build = new BuildId(Everything.Promotion!.Value.Value) }),
        ["release"] = (new() { Release = Everything.Release }, Everything with { Release = Digest.Of([2]) }),
        ["promotion"] =
            (new() { Promotion = Everything.Promotion }, Everything with { Promotion = new PromotionId(Everything.Build!.Value.Value) }),
        ["stage"] = (new() { Stage = "stage" }, Everything with { Stage = "deployable" }),
        ["deployable"] = (new() { Deployable = "deployable" }, Everything with { Deployable = "stage" }),
        ["cluster"] = (new() { Cluster = "cluster" }, Everything with { Cluster = "CLUSTER" }),
        ["task"] = (new() { TaskId = "task" }, Everything with { TaskId = "task' OR true --" }),
    };

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private JournalFixture journal = default!;

    public async ValueTask InitializeAsync() => journal = await JournalFixture.CreateAsync();

    public ValueTask DisposeAsync() => journal.DisposeAsync();

    public static TheoryData<string> Names => [.. Fields.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_timeline_holds_what_names_its_subject_and_nothing_that_names_another(string field)
    {
        var (same, other) = Fields[field];
        await journal.Journal.AppendAsync(
            [
                JournalFixture.Entry("whole", Everything), JournalFixture.Entry("alone", same), JournalFixture.Entry("other", other),
                JournalFixture.Entry("none"),
            ],
            ct);

        var about = await journal.Reader.AboutAsync(same, null, 10, ct);

        Assert.Equal(["alone", "whole"], JournalFixture.Actions(about));
        Assert.Equal([same, Everything], about.Select(e => e.Subject));
        Assert.Equal(["other"], JournalFixture.Actions(await journal.Reader.AboutAsync(other, null, 10, ct)));
        Assert.Equal(["none", "other", "alone", "whole"],
            JournalFixture.Actions(await journal.Reader.AboutAsync(JournalSubject.None, null, 10, ct)));
    }

    [Theory]
    [InlineData(1, "5|4|3|2|1|")]
    [InlineData(2, "54|32|1|")]
    [InlineData(5, "54321|")]
    [InlineData(6, "54321|")]
    public async Task Pages_of_any_length_give_each_entry_once_newest_first(int limit, string expected)
    {
        await journal.AppendAsync("1", "2", "3", "4", "5");
        var pages = "";

        long? before = null;
        while (await journal.Reader.AboutAsync(JournalSubject.None, before, limit, ct) is { Count: > 0 } page)
        {
            pages += string.Concat(JournalFixture.Actions(page)) + "|";
            before = page[^1].Id;
        }

        Assert.Equal(expected, pages);
    }

    [Fact]
    public async Task An_empty_journal_has_no_last_id_no_page_and_no_range()
    {
        Assert.Equal(0, await journal.Reader.LastIdAsync(ct));
        Assert.Empty(await journal.Reader.AfterAsync(0, 10, ct));
        Assert.Empty(await journal.Reader.RangeAsync(0, long.MaxValue, ct));
        Assert.Empty(await journal.Reader.AboutAsync(JournalSubject.None, null, 10, ct));
    }

    [Fact]
    public async Task A_range_is_closed_and_what_comes_after_an_id_is_not()
    {
        await journal.AppendAsync("1", "2", "3", "4");
        var ids = (await journal.Reader.AfterAsync(0, 10, ct)).Select(e => e.Id).ToList();

        Assert.Equal(["2", "3"], JournalFixture.Actions(await journal.Reader.RangeAsync(ids[1], ids[2], ct)));
        Assert.Equal(["2"], JournalFixture.Actions(await journal.Reader.RangeAsync(ids[1], ids[1], ct)));
        Assert.Empty(await journal.Reader.RangeAsync(ids[2], ids[1], ct));
        Assert.Equal(["3", "4"], await journal.ActionsAsync(ids[1]));
        Assert.Equal(["3"], await journal.ActionsAsync(ids[1], limit: 1));
        Assert.Empty(await journal.ActionsAsync(ids[3]));
        Assert.Equal(ids[3], await journal.Reader.LastIdAsync(ct));
    }

    [Theory]
    [InlineData(ActorKind.Person)]
    [InlineData(ActorKind.Token)]
    [InlineData(ActorKind.Webhook)]
    [InlineData(ActorKind.System)]
    public async Task An_entry_keeps_its_actor_its_moment_and_its_words(ActorKind kind)
    {
        var actor = new Actor(kind, "O'Brien <b>\"ünï\"</b>\t\\u0041 🙂");
        var said = new ActionRecorded("a.b", "'); DROP TABLE journal.event; --", "line one\nline two {\"kind\":\"other\"}");

        await journal.Journal.AppendAsync(said, actor, JournalSubject.None, ct);

        var entry = Assert.Single(await journal.Reader.AfterAsync(0, 10, ct));
        Assert.Equal((actor, said, "action.recorded"), (entry.Actor, entry.Event, entry.Kind));
        Assert.Equal((journal.Time.GetUtcNow(), TimeSpan.Zero), (entry.At, entry.At.Offset));
    }
}
