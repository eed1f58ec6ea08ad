using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests.Events;

/// <summary>A reader that resumes after the last id it saw misses nothing, whoever else appends or rolls back meanwhile.</summary>
public sealed class AppendOrderTests : IAsyncLifetime
{
    private const string Waiting = """
        SELECT count(*) FROM pg_locks
         WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private JournalFixture journal = default!;

    public async ValueTask InitializeAsync() => journal = await JournalFixture.CreateAsync();

    public ValueTask DisposeAsync() => journal.DisposeAsync();

    [Fact]
    public async Task Events_of_one_append_follow_each_other_in_its_order()
    {
        string[] actions = [.. Enumerable.Range(0, 60).Select(i => $"{(i * 37) % 60}")];

        await journal.AppendAsync(actions);

        Assert.Equal(actions, await journal.ActionsAsync());
    }

    [Theory]
    [InlineData(true, "first,second")]
    [InlineData(false, "second")]
    public async Task An_append_waits_for_the_end_of_the_one_before_it(bool commits, string expected)
    {
        var appended = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var first = Transactions.InTransactionAsync(
            async token =>
            {
                await journal.Journal.AppendAsync([JournalFixture.Entry("first")], token);
                appended.SetResult();
                await mayEnd.Task;
                if (!commits)
                    throw new TimeoutException("rolled back");
            },
            ct);
        await appended.Task;
        var second = journal.AppendAsync("second");
        await Eventually.IsTrueAsync(
            async () => await journal.CountAsync(Waiting) == 1, TimeSpan.FromSeconds(20), "the second append waits for the lock");
        Assert.Equal(0, await journal.Reader.LastIdAsync(ct));

        mayEnd.SetResult();
        await Record.ExceptionAsync(() => first);
        await second;

        Assert.Equal(expected, string.Join(',', await journal.ActionsAsync()));
    }

    [Fact]
    public async Task A_reader_that_follows_a_crowd_of_writers_sees_all_that_was_committed_and_nothing_else()
    {
        const int Writers = 8;
        const int Each = 12;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(w, Each), ct)));

        var seen = new List<JournalEntry>();
        bool over;
        do
        {
            over = writing.IsCompleted;
            seen.AddRange(await journal.Reader.AfterAsync(seen.Count == 0 ? 0 : seen[^1].Id, 7, ct));
        }
        while (!over || seen.Count == 0 || seen[^1].Id < await journal.Reader.LastIdAsync(ct));
        await writing;

        Assert.Equal(await journal.ActionsAsync(), JournalFixture.Actions(seen));
        foreach (var writer in Enumerable.Range(0, Writers))
        {
            Assert.Equal(
                Enumerable.Range(0, Each).Where(Commits).Select(i => $"{writer}.{i}"),
                JournalFixture.Actions(seen).Where(a => a.StartsWith($"{writer}.", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_job_that_cannot_be_enqueued_takes_the_event_with_it()
    {
        journal.Flow = entry =>
        {
            using var connection = journal.Db.OpenConnection();
            using var row = new NpgsqlCommand("CREATE TABLE IF NOT EXISTS public.job (id int); INSERT INTO public.job VALUES (1)",
                connection);
            row.ExecuteNonQuery();
            if (((ActionRecorded)entry.Event).Action == "second")
                throw new TimeoutException("no queue");
        };

        await Assert.ThrowsAsync<TimeoutException>(() => journal.AppendAsync("first", "second"));

        Assert.Empty(await journal.ActionsAsync());
        Assert.Equal(0, await journal.CountAsync("SELECT count(*) FROM pg_tables WHERE tablename = 'job'"));

        await journal.AppendAsync("third");

        Assert.Equal(["third"], await journal.ActionsAsync());
        Assert.Equal(1, await journal.CountAsync("SELECT count(*) FROM public.job"));
    }

    [Fact]
    public async Task An_event_that_no_slice_registered_leaves_nothing_of_its_append()
    {
        await Assert.ThrowsAsync<InvariantViolatedException>(() => journal.Journal.AppendAsync(
            [JournalFixture.Entry("first"), new NewJournalEntry(new NobodysEvent(), Actor.System("test"), JournalSubject.None)], ct));

        Assert.Empty(await journal.ActionsAsync());
    }

    [Fact]
    public async Task A_notification_names_the_first_and_the_last_id_and_comes_with_the_commit()
    {
        await using var listener = await journal.Db.OpenConnectionAsync(ct);
        await using (var listen = new NpgsqlCommand("LISTEN journal", listener))
            await listen.ExecuteNonQueryAsync(ct);
        var received = new TaskCompletionSource<string>();
        listener.Notification += (_, n) => received.TrySetResult(n.Payload);

        await Assert.ThrowsAsync<TimeoutException>(() => Transactions.InTransactionAsync(
            async token =>
            {
                await journal.Journal.AppendAsync([JournalFixture.Entry("rolled back")], token);
                throw new TimeoutException("rolled back");
            },
            ct));
        await journal.AppendAsync("a", "b", "c");
        while (!received.Task.IsCompleted)
            await listener.WaitAsync(ct);

        var ids = (await journal.Reader.AfterAsync(0, 10, ct)).Select(e => e.Id).ToList();
        Assert.Equal($"{ids[0]} {ids[2]}", await received.Task);
    }

    private async Task WriteAsync(int writer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Record.ExceptionAsync(() => Transactions.InTransactionAsync(
                async token =>
                {
                    await journal.Journal.AppendAsync([JournalFixture.Entry($"{writer}.{i}")], token);
                    if (!Commits(i))
                        throw new TimeoutException("rolled back");
                },
                ct));
        }
    }

    private static bool Commits(int i) => i % 3 != 1;

    private sealed record NobodysEvent : JournalEvent;
}
