using System.Collections.Concurrent;
using System.Net;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs;
using Pipeline.Kernel.Jobs.Failures;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Failures;

/// <summary>A job that fails is a row until it succeeds: tried again, given up, retried by hand, and never lost.</summary>
[Collection(JobServerCollection.Name)]
public sealed class FailureLifeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>What is wrong now, by build; nothing when all is well.</summary>
    private static readonly ConcurrentDictionary<Guid, string> Wrong = new();
    private static readonly ConcurrentDictionary<Guid, int> Runs = new();

    public sealed class SomeJob
    {
        public Task ExecuteAsync(Guid buildId, CancellationToken ct)
        {
            ct.ThrowIfCancellationRequested();
            Runs.AddOrUpdate(buildId, 1, (_, before) => before + 1);
            return Wrong.TryGetValue(buildId, out var what) ? throw new InvalidOperationException(what) : Task.CompletedTask;
        }
    }

    [DurableJob]
    public sealed class SomeDurableJob
    {
        public Task ExecuteAsync(Guid buildId, CancellationToken ct) => new SomeJob().ExecuteAsync(buildId, ct);
    }

    [Fact]
    public async Task A_failed_job_is_listed_tried_again_when_it_is_due_and_gone_when_it_succeeds()
    {
        var build = Guid.NewGuid();
        Wrong[build] = "the remote is away";
        await using var server = await JobServer.StartAsync();

        server.Enqueue(typeof(SomeJob), build);
        var first = await server.FailureAsync(f => f.Tries == 1, "the failure is listed");
        await server.WakeAsync();
        var second = await server.FailureAsync(f => f.Tries == 2, "it is tried again");
        Wrong.Clear();
        await server.WakeAsync();
        await Eventually.BecomesAsync(() => server.FailuresAsync(), f => f.Count == 0, JobServer.Patience, "it succeeded");

        Assert.Equal(("SomeJob", "build", build.ToString()), (first.Job, first.Object.Kind, first.Object.Id));
        Assert.Equal(("System.InvalidOperationException", "the remote is away"), (first.ErrorType, first.Error));
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.FirstFailedAt, second.FirstFailedAt);
        Assert.True(second.NextTryAt - second.LastFailedAt > first.NextTryAt - first.LastFailedAt);
        Assert.Equal(0, await server.ScalarAsync<int>("SELECT count(*) FROM journal.open_job"));
    }

    [Fact]
    public async Task After_the_last_try_it_stays_listed_as_given_up_and_a_person_starts_it()
    {
        var build = Guid.NewGuid();
        Wrong[build] = "a bug";
        await using var server = await JobServer.StartAsync();
        server.Enqueue(typeof(SomeJob), build);
        await server.FailureAsync(f => f.Tries == 1, "the failure is listed");
        await server.ExecuteAsync($"UPDATE journal.open_job SET tries = {RetryDelays.MostTries - 1}, next_wake = now()");
        var last = await server.FailureAsync(f => f.NextTryAt is null, "it is given up");
        Assert.Equal(RetryDelays.MostTries, last.Tries);

        using var viewer = await server.SignedInAsync(Permission.View);
        using var builder = await server.SignedInAsync(Permission.View, Permission.Build);
        var retry = new Uri($"/api/v1/failures/{last.Id}/retry", UriKind.Relative);
        using var refused = await viewer.PostAsync(retry, null, None);
        using var unknown = await builder.PostAsync(new Uri($"/api/v1/failures/{build}/retry", UriKind.Relative), null, None);
        Wrong.Clear();
        using var started = await builder.PostAsync(retry, null, None);

        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.Accepted),
            (refused.StatusCode, unknown.StatusCode, started.StatusCode));
        await Eventually.BecomesAsync(() => server.FailuresAsync(), f => f.Count == 0, JobServer.Patience, "it succeeded");
        Assert.Equal(
            $"SomeJob of build {build}",
            await server.ScalarAsync<string>("SELECT payload->>'target' FROM journal.event WHERE payload->>'action' = 'job.retry'"));
    }

    [Fact]
    public async Task A_retry_of_what_is_still_wrong_is_given_up_again_and_says_what_is_wrong_now()
    {
        var build = Guid.NewGuid();
        Wrong[build] = "a bug";
        await using var server = await JobServer.StartAsync();
        server.Enqueue(typeof(SomeJob), build);
        var failure = await server.FailureAsync(f => f.Tries == 1, "the failure is listed");
        await server.ExecuteAsync($"UPDATE journal.open_job SET tries = {RetryDelays.MostTries}, next_wake = NULL");
        Wrong[build] = "another bug";

        await server.Get<FailedJobCommands>().RetryAsync(Caller.System("test"), failure.Id, None);

        var after = await server.FailureAsync(f => f.Tries > RetryDelays.MostTries, "it failed again");
        Assert.Equal((null, "another bug"), (after.NextTryAt, after.Error));
    }

    [Theory]
    [InlineData("a \0 and a \ud83d")]
    [InlineData("\ud83d")]
    public async Task No_message_is_so_strange_that_it_could_not_be_listed(string message)
    {
        var build = Guid.NewGuid();
        Wrong[build] = message + new string('x', 5000);
        await using var server = await JobServer.StartAsync();

        server.Enqueue(typeof(SomeJob), build);

        var failure = await server.FailureAsync(_ => true, "the failure is listed");
        Assert.Equal(1000, failure.Error.Length);
        Assert.Contains('\uFFFD', failure.Error);
    }

    [Fact]
    public async Task A_failure_outlives_the_loss_of_all_that_Hangfire_stores()
    {
        var build = Guid.NewGuid();
        Wrong[build] = "away";
        await using var server = await JobServer.StartAsync();
        server.Enqueue(typeof(SomeJob), build);
        await server.FailureAsync(f => f.Tries == 1, "the failure is listed");

        await server.ExecuteAsync("DELETE FROM hangfire.jobqueue; DELETE FROM hangfire.set; DELETE FROM hangfire.job");
        Wrong.Clear();
        await server.WakeAsync();

        await Eventually.BecomesAsync(() => server.FailuresAsync(), f => f.Count == 0, JobServer.Patience, "it succeeded");
        Assert.True(Runs[build] >= 2);
    }

    [Fact]
    public async Task A_durable_call_whose_job_was_lost_is_started_again_and_is_no_failure()
    {
        var build = Guid.NewGuid();
        await using var server = await JobServer.StartAsync();
        await Transactions.InTransactionAsync(
            async ct =>
            {
                server.Enqueue(typeof(SomeDurableJob), build);
                await server.ExecuteAsync("DELETE FROM hangfire.jobqueue");
            },
            None);
        Assert.Equal(1, await server.ScalarAsync<int>("SELECT count(*) FROM journal.open_job"));
        Assert.Empty(await server.FailuresAsync());
        Assert.False(Runs.ContainsKey(build));

        await server.WakeAsync();

        await Eventually.BecomesAsync(
            () => server.ScalarAsync<int>("SELECT count(*) FROM journal.open_job"), n => n == 0, JobServer.Patience, "its row is gone");
        Assert.Equal(1, Runs[build]);
    }

    [Fact]
    public async Task A_rolled_back_transaction_takes_a_durable_call_with_it()
    {
        await using var server = await JobServer.StartAsync(works: false);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Transactions.InTransactionAsync(
            ct =>
            {
                server.Enqueue(typeof(SomeDurableJob), Guid.NewGuid());
                throw new InvalidOperationException("after the enqueue");
            },
            None));

        Assert.Equal(0, await server.ScalarAsync<int>("SELECT count(*) FROM journal.open_job"));
    }

    [Fact]
    public async Task A_job_that_this_server_does_not_have_is_given_up_and_stops_no_other()
    {
        var build = Guid.NewGuid();
        Wrong[build] = "away";
        await using var server = await JobServer.StartAsync();
        server.Enqueue(typeof(SomeJob), build);
        await server.FailureAsync(f => f.Tries == 1, "the failure is listed");
        await server.ExecuteAsync("""
            INSERT INTO journal.open_job (id, key, name, invocation, object_kind, object_id, created_at, tries, next_wake)
            SELECT gen_random_uuid(), sha256(convert_to(replace(invocation, 'SomeJob', 'JobOfANewerServer'), 'UTF8')), 'JobOfANewerServer',
                   replace(invocation, 'SomeJob', 'JobOfANewerServer'), 'build', 'x', now(), 0, now() - interval '2 hours'
              FROM journal.open_job
            """);
        Wrong.Clear();
        await server.WakeAsync();

        var left = await server.FailureAsync(f => f.Job == "JobOfANewerServer", "the other one succeeded");
        Assert.Equal((1, null, "JobLoadException"), (left.Tries, left.NextTryAt, left.ErrorType));
        Assert.Contains("JobOfANewerServer", left.Error, StringComparison.Ordinal);
    }
}
