using System.Text.RegularExpressions;
using System.Transactions;
using Dapper;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Jobs.Failures;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests.Jobs;

/// <summary>Jobs that are not done: rows that outlive whatever happens to the job server.</summary>
public sealed class OpenJobTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Caller Builder = new(Actor.Person("vera"), new HashSet<string> { Permission.Build }, [], []);
    private readonly FakeTimeProvider time = new(Start);
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private NpgsqlDataSource db = null!;
    private OpenJobStore store = null!;
    private FailedJobQueries queries = null!;

    public async ValueTask InitializeAsync()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true; // as the kernel's module sets it
        db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        (store, queries) = (new OpenJobStore(db, time), new FailedJobQueries(db));
    }

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public void Tries_come_soon_then_ever_more_slowly_and_end_after_a_day()
    {
        var waits = Enumerable.Range(1, RetryDelays.MostTries - 1).Select(n => RetryDelays.After(n)!.Value).ToList();

        Assert.Equal(TimeSpan.FromSeconds(2), waits[0]);
        Assert.Equal(waits.Order(), waits);
        Assert.InRange(waits.Aggregate((a, b) => a + b), TimeSpan.FromHours(24), TimeSpan.FromHours(26));
        Assert.Null(RetryDelays.After(RetryDelays.MostTries));
        Assert.Null(RetryDelays.After(int.MaxValue));
    }

    [Fact]
    public async Task A_call_that_is_kept_starts_again_until_it_succeeded()
    {
        store.Keep(Call("a"));
        store.Keep(Call("a"));

        Assert.Empty(await store.TakeDueAsync(time.GetUtcNow(), ct));
        for (var i = 0; i < 3; i++)
        {
            time.Advance(OpenJobStore.Lease);
            Assert.Equal(["a"], await store.TakeDueAsync(time.GetUtcNow(), ct));
            Assert.Empty(await store.TakeDueAsync(time.GetUtcNow(), ct));
        }

        store.Succeeded("a");
        time.Advance(OpenJobStore.Lease);
        Assert.Empty(await store.TakeDueAsync(time.GetUtcNow(), ct));
        Assert.Equal(0, await queries.CountAsync(ct));
    }

    [Fact]
    public async Task A_call_that_is_kept_goes_with_its_transaction_and_a_failure_does_not()
    {
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            store.Keep(Call("kept"));
            store.Failed(Call("failed"), "System.Exception", "no");
        }

        var failure = Assert.Single((await queries.ListAsync(new FailureSubject(), null, 10, ct)).Items);
        Assert.Equal(("Job", 1, "no"), (failure.Job, failure.Tries, failure.Error));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["failed"], await store.TakeDueAsync(time.GetUtcNow(), ct));
    }

    [Fact]
    public async Task A_failure_is_counted_and_waits_until_it_is_given_up_and_a_person_brings_it_back()
    {
        for (var n = 1; n < RetryDelays.MostTries; n++)
            Assert.Equal(time.GetUtcNow() + RetryDelays.After(n), store.Failed(Call("a"), "System.Exception", $"the {n}th"));
        Assert.Null(store.Failed(Call("a"), "System.Exception", "the last"));

        var failure = Assert.Single((await queries.ListAsync(new FailureSubject(), null, 10, ct)).Items);
        Assert.Equal((RetryDelays.MostTries, null, "the last"), (failure.Tries, failure.NextTryAt, failure.Error));
        time.Advance(TimeSpan.FromDays(30));
        Assert.Empty(await store.TakeDueAsync(time.GetUtcNow(), ct));
        Assert.Equal(RetryJobOutcome.Started, await Commands.RetryAsync(Builder, failure.Id, ct));
        Assert.Equal(["a"], await store.TakeDueAsync(time.GetUtcNow(), ct));
        store.Succeeded("a");
        Assert.Equal(RetryJobOutcome.Unknown, await Commands.RetryAsync(Builder, failure.Id, ct));
    }

    [Fact]
    public async Task Only_who_may_build_retries()
    {
        store.Failed(Call("a"), "System.Exception", "no");
        var failure = Assert.Single((await queries.ListAsync(new FailureSubject(), null, 10, ct)).Items);
        var others = new Caller(Actor.Person("vera"), Permission.All.Except([Permission.Build]).ToHashSet(), [], []);

        foreach (var caller in new[] { Caller.Anonymous, others })
            await Assert.ThrowsAsync<PermissionDeniedException>(() => Commands.RetryAsync(caller, failure.Id, ct));

        Assert.Equal(failure, await queries.FindAsync(failure.Id, ct));
    }

    [Theory]
    [InlineData("a\0b", "a\uFFFDb")]
    [InlineData(@"a\ud800b", "a\uFFFDb")] // an attribute cannot hold half of a pair
    [InlineData("\ud83d\ude00", "\ud83d\ude00")]
    [InlineData("", "")]
    public async Task Whatever_the_error_says_it_can_be_written_down(string error, string stored)
    {
        error = Regex.Unescape(error);
        store.Failed(Call("a"), "System.Exception", error);
        store.Failed(Call("b"), "System.Exception", error + new string('x', 5000));

        var failures = (await queries.ListAsync(new FailureSubject(), null, 10, ct)).Items;
        Assert.Contains(failures, f => f.Error == stored);
        Assert.All(failures, f => Assert.True(f.Error.Length <= 1000));
    }

    [Fact]
    public async Task Failures_are_found_by_their_object_their_commit_and_their_build()
    {
        var (repository, commit, build) = (RepositoryId.New(Start), CommitSha.Parse(new string('a', 40)), BuildId.New(Start));
        store.Failed(new JobCall("One", "1", new JobObject("delivery", "d")), "E", "1");
        store.Failed(new JobCall("Two", "2", new JobObject("commit", "c") { Repository = repository, Commit = commit }), "E", "2");
        store.Failed(new JobCall("Three", "3", new JobObject("build", "b") { Build = build }), "E", "3");

        Assert.Equal(["One"], await FoundAsync(new FailureSubject { Kind = "delivery", Id = "d" }));
        Assert.Equal(["Two"], await FoundAsync(new FailureSubject { Repository = repository, Commit = commit }));
        Assert.Equal(["Three"], await FoundAsync(new FailureSubject { Build = build }));
        Assert.Empty(await FoundAsync(new FailureSubject { Repository = RepositoryId.New(Start), Commit = commit }));
        Assert.Equal(3, (await FoundAsync(new FailureSubject())).Count);
    }

    [Fact]
    public async Task The_pages_of_a_long_list_hold_each_failure_once()
    {
        for (var n = 0; n < 25; n++)
        {
            store.Failed(Call($"{n}"), "E", $"{n}");
            time.Advance(TimeSpan.FromSeconds(n % 2));
        }

        var (seen, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = await queries.ListAsync(new FailureSubject(), Paging.Cursor.TryParse(cursor), 10, ct);
            seen.AddRange(page.Items.Select(f => f.Error));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.Equal(25, seen.Distinct().Count());
        Assert.Equal(25, seen.Count);
    }

    [Fact]
    public async Task A_sweep_leaves_alone_what_fails_already()
    {
        var (failing, well) = (Guid.NewGuid(), Guid.NewGuid());
        store.Failed(new JobCall("Job", "x", new JobObject("build", failing.ToString())), "E", "no");

        Assert.Equal([well], await store.WithoutFailingAsync("Job", [failing, well], ct));
        Assert.Equal([failing, well], await store.WithoutFailingAsync("Other", [failing, well], ct));
        Assert.Empty(await store.WithoutFailingAsync("Job", [], ct));
    }

    private FailedJobCommands Commands => new(db, new Journal(db, new EventKinds(KernelEventKinds.All), _ => { }, time), time);

    private static JobCall Call(string invocation) => new("Job", invocation, new JobObject("job", "Job"));

    private async Task<IReadOnlyList<string>> FoundAsync(FailureSubject subject) =>
        [.. (await queries.ListAsync(subject, null, 10, ct)).Items.Select(f => f.Job)];
}
