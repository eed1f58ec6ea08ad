using Npgsql;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests;

public sealed class JournalTests
{
    private static readonly RepositoryId Repository = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));
    private static readonly CommitSha Sha = CommitSha.Parse("0123456789012345678901234567890123456789");

    [Fact]
    public async Task An_appended_event_comes_back_whole_and_starts_its_flow_inside_the_transaction()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var flowed = new List<NewJournalEntry>();
        var journal = new Journal(db, flowed.Add, TimeProvider.System);
        var pushed = new CommitPushed(Repository, "main", Sha, null, false, "eleni", "d-1");

        await journal.AppendAsync(pushed, Actor.Webhook("eleni"), new JournalSubject { Repository = Repository, Commit = Sha }, TestContext.Current.CancellationToken);

        var entry = Assert.Single(await new JournalReader(db).AboutAsync(new JournalSubject { Commit = Sha }, null, 10, TestContext.Current.CancellationToken));
        Assert.Equal(pushed, entry.Event);
        Assert.Equal("commit.pushed", entry.Kind);
        Assert.Equal(Actor.Webhook("eleni"), entry.Actor);
        Assert.Equal(pushed, Assert.Single(flowed).Event);
    }

    [Fact]
    public async Task A_rolled_back_transaction_takes_its_events_with_it()
    {
        await using var db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var journal = new Journal(db, _ => { }, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Transactions.InTransactionAsync(
            async ct =>
            {
                await journal.AppendAsync(new ClusterChanged("infra-qa", "connected"), Actor.System("test"), JournalSubject.None, ct);
                throw new InvalidOperationException("after the append");
            },
            TestContext.Current.CancellationToken));

        Assert.Equal(0, await new JournalReader(db).LastIdAsync(TestContext.Current.CancellationToken));
    }
}
