using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests;

public sealed class JournalTests
{
    private static readonly RepositoryId Repository = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));
    private static readonly EventKinds Kinds = new([.. KernelEventKinds.All, EventKind.Of<ParcelSent>("parcel.sent")]);
    private static readonly CommitSha Sha = CommitSha.Parse("0123456789012345678901234567890123456789");

    [Fact]
    public async Task An_appended_event_comes_back_whole_and_starts_its_flow_inside_the_transaction()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var flowed = new List<NewJournalEntry>();
        var journal = new Journal(db, Kinds, flowed.Add, TimeProvider.System);
        var pushed = new ParcelSent(Repository, Sha, Outcome.Cancelled, null, ["a", "b"]);

        await journal.AppendAsync(
            pushed, Actor.Webhook("eleni"), new JournalSubject { Repository = Repository, Commit = Sha },
            TestContext.Current.CancellationToken);

        var entry = Assert.Single(
            await new JournalReader(db, Kinds).AboutAsync(
                new JournalSubject { Commit = Sha }, null, 10, TestContext.Current.CancellationToken));
        Assert.Equivalent(pushed, entry.Event, strict: true);
        Assert.Equal("parcel.sent", entry.Kind);
        Assert.Equal(Actor.Webhook("eleni"), entry.Actor);
        Assert.Equal(pushed, Assert.Single(flowed).Event);
    }

    [Fact]
    public async Task A_rolled_back_transaction_takes_its_events_with_it()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var journal = new Journal(db, Kinds, _ => { }, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Transactions.InTransactionAsync(
            async ct =>
            {
                await journal.AppendAsync(
                    new ActionRecorded("token.created", "eleni", null), Actor.System("test"), JournalSubject.None, ct);
                throw new InvalidOperationException("after the append");
            },
            TestContext.Current.CancellationToken));

        Assert.Equal(0, await new JournalReader(db, Kinds).LastIdAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>An event of no slice, with every shape that slices use.</summary>
    private sealed record ParcelSent(
        RepositoryId Repository, CommitSha Sha, Outcome Outcome, FailureClass? Class, IReadOnlyList<string> Labels) : JournalEvent;
}
