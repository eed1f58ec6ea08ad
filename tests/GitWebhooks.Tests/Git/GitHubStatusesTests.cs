using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;

namespace Pipeline.GitWebhooks.Tests.Git;

public sealed class GitHubStatusesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Repository Shop = new(
        new RepositoryId(Guid.Empty), "github", "https://github.com", 7, "acme", "shop", "https://github.com/acme/shop.git", null, "main",
        true, Now, "person:eleni");

    private readonly FakeTimeProvider time = new(Now);

    [Theory]
    [InlineData(400, "GitHub answered 400: ")]
    [InlineData(401, "GitHub answered 401: the token is not valid any more.")]
    [InlineData(403, "GitHub answered 403: the token lacks the permission 'commit statuses: write'.")]
    [InlineData(404, "GitHub answered 404: no such repository or commit, or the token cannot see it.")]
    [InlineData(410, "GitHub answered 410: ")]
    [InlineData(422, "GitHub answered 422: No commit found")]
    [InlineData(451, "GitHub answered 451: ")]
    public async Task What_will_not_get_better_by_itself_is_refused_with_the_reason(int code, string reason)
    {
        await using var github = await FakeGitHub.StartAsync(code);
        github.Message = "No commit found";
        var refused = Assert.IsType<SendOutcome.Refused>(await SendAsync(Statuses(github)));

        Assert.StartsWith(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_may_get_better_is_tried_again_when_we_like_and_holds_nothing_back(int code)
    {
        await using var github = await FakeGitHub.StartAsync(code, 201);
        var statuses = Statuses(github);

        Assert.Equal(new SendOutcome.TryAgain($"GitHub answered {code}.", null), await SendAsync(statuses));
        Assert.IsType<SendOutcome.Sent>(await SendAsync(statuses));
    }

    [Theory]
    [InlineData(429, null, null, null, 60)]
    [InlineData(429, "Retry-After", "90", null, 90)]
    [InlineData(403, "Retry-After", "90", null, 90)]
    [InlineData(403, "retry-after", "1", null, 1)]
    [InlineData(503, "Retry-After", "5", null, 5)]
    [InlineData(429, "Retry-After", "-5", null, 60)]
    [InlineData(429, "Retry-After", "Thu, 01 Jan 2026 00:10:00 GMT", null, 60)]
    [InlineData(403, null, null, "You have exceeded a secondary rate limit.", 60)]
    [InlineData(403, "Retry-After", "30", "You have exceeded a secondary rate limit.", 30)]
    [InlineData(403, "Retry-After", "30", "You have triggered an abuse detection mechanism.", 30)]
    [InlineData(403, "X-RateLimit-Reset", "1767225900", "API rate limit exceeded for installation.", 300)]
    public async Task A_rate_limit_holds_everything_back_for_as_long_as_it_says(
        int code, string? header, string? value, string? message, int seconds)
    {
        await using var github = await FakeGitHub.StartAsync(code, 201);
        if (header is not null)
            github.Headers[header] = value!;
        github.Headers["X-RateLimit-Limit"] = "5000";
        github.Headers["X-RateLimit-Remaining"] = "0";
        github.Message = message ?? "no";
        var statuses = Statuses(github);
        var end = Now.AddSeconds(seconds);

        var limited = Assert.IsType<SendOutcome.TryAgain>(await SendAsync(statuses));
        Assert.StartsWith("GitHub's rate limit: ", limited.Reason, StringComparison.Ordinal);
        Assert.Equal(end, limited.NotBefore);

        time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.Equal(new SendOutcome.TryAgain("GitHub's rate limit is used up.", end), await SendAsync(statuses));
        Assert.Single(github.Calls);

        time.Advance(TimeSpan.FromTicks(1));
        Assert.IsType<SendOutcome.Sent>(await SendAsync(statuses));
    }

    [Fact]
    public async Task A_forge_that_cannot_be_reached_is_tried_again()
    {
        var github = await FakeGitHub.StartAsync();
        var statuses = Statuses(github);
        await github.DisposeAsync();

        var failed = Assert.IsType<SendOutcome.TryAgain>(await SendAsync(statuses));
        Assert.StartsWith("GitHub was not reached: ", failed.Reason, StringComparison.Ordinal);
        Assert.Null(failed.NotBefore);
    }

    [Fact]
    public async Task A_forge_that_does_not_answer_is_given_up_after_twenty_seconds()
    {
        await using var github = await FakeGitHub.StartAsync();
        var never = new TaskCompletionSource();
        github.BeforeAnswer = () => never.Task;
        var sending = SendAsync(Statuses(github));
        while (!sending.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.StartsWith(
            "GitHub was not reached: ", Assert.IsType<SendOutcome.TryAgain>(await sending).Reason, StringComparison.Ordinal);
        Assert.True(time.GetUtcNow() >= Now.AddSeconds(20));
        never.SetResult();
    }

    [Fact]
    public async Task Cancelling_is_no_failure_of_the_forge()
    {
        await using var github = await FakeGitHub.StartAsync();
        using var cancelled = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        github.BeforeAnswer = async () =>
        {
            await cancelled.CancelAsync();
            await release.Task;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Statuses(github).SendAsync(Shop, Status(), cancelled.Token));
        release.SetResult();
    }

    [Theory]
    [InlineData(CommitState.Pending)]
    [InlineData(CommitState.Success)]
    [InlineData(CommitState.Failure)]
    [InlineData(CommitState.Error)]
    public async Task Each_state_is_sent_in_GitHubs_own_word(CommitState state)
    {
        await using var github = await FakeGitHub.StartAsync();
        await Statuses(github, path: "/api/v3/").SendAsync(Shop, Status() with { State = state }, CancellationToken.None);

        var call = Assert.Single(github.Calls);
        Assert.Equal(state.ToString().ToLower(CultureInfo.InvariantCulture), call.Body.GetProperty("state").GetString());
        Assert.StartsWith("/api/v3/repos/acme/shop/statuses/", call.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Without_a_token_nothing_is_sent(string? token)
    {
        await using var github = await FakeGitHub.StartAsync();

        Assert.IsType<SendOutcome.Skipped>(await SendAsync(Statuses(github, token)));
        Assert.Empty(github.Calls);
    }

    private static Task<SendOutcome> SendAsync(GitHubStatuses statuses) => statuses.SendAsync(Shop, Status(), CancellationToken.None);

    private GitHubStatuses Statuses(FakeGitHub github, string? token = "t0ken", string path = "/api/v3")
    {
        var options = new GitWebhooksOptions();
        (options.GitHub.ApiUrl, options.GitHub.Token) = (github.Url + path, token);
        return new GitHubStatuses(Options.Create(options), time);
    }

    private static CommitStatus Status() => new(
        Guid.Empty, Guid.Empty, new string('c', 40), "pipeline/build", CommitState.Success, "ok", "https://pipeline.example.org/", 1,
        "waiting", null, 0, Now);
}
