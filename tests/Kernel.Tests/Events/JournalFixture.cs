using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests.Events;

/// <summary>A journal in a database of its own, with a clock that the test moves.</summary>
internal sealed class JournalFixture : IAsyncDisposable
{
    private static readonly EventKinds Kinds = new(KernelEventKinds.All);

    private JournalFixture(NpgsqlDataSource db)
    {
        Db = db;
        Journal = new Journal(db, Kinds, e => Flow(e), Time);
        Reader = new JournalReader(db, Kinds);
    }

    public NpgsqlDataSource Db { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    public Journal Journal { get; }

    public JournalReader Reader { get; }

    /// <summary>What the append starts.</summary>
    public EventFlow Flow { get; set; } = _ => { };

    public static async Task<JournalFixture> CreateAsync() => new(NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync()));

    public static NewJournalEntry Entry(string action, JournalSubject? subject = null) =>
        new(new ActionRecorded(action, "x", null), Actor.System("test"), subject ?? JournalSubject.None);

    public Task AppendAsync(params IReadOnlyList<string> actions) =>
        Journal.AppendAsync([.. actions.Select(a => Entry(a))], TestContext.Current.CancellationToken);

    /// <summary>The actions of all entries after the id, in order.</summary>
    public async Task<IReadOnlyList<string>> ActionsAsync(long after = 0, int limit = 10_000) =>
        Actions(await Reader.AfterAsync(after, limit, TestContext.Current.CancellationToken));

    public static IReadOnlyList<string> Actions(IReadOnlyList<JournalEntry> entries) =>
        [.. entries.Select(e => ((ActionRecorded)e.Event).Action)];

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Db.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public ValueTask DisposeAsync() => Db.DisposeAsync();
}
