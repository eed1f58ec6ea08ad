using Microsoft.Extensions.Options;
using Octokit;
using Pipeline.Kernel.Postgres;
using CommitState = Pipeline.GitWebhooks.Contract.CommitState;
using CommitStatus = Pipeline.GitWebhooks.Contract.CommitStatus;
using Repository = Pipeline.GitWebhooks.Contract.Repository;

namespace Pipeline.GitWebhooks.Git;

/// <summary>How a try to send a status ended.</summary>
internal abstract record SendOutcome
{
    private SendOutcome()
    {
    }

    internal sealed record Sent : SendOutcome;

    internal sealed record Skipped(string Reason) : SendOutcome;

    /// <summary>It will not get better by itself: no permission, no such repository or commit.</summary>
    internal sealed record Refused(string Reason) : SendOutcome;

    /// <param name="NotBefore">What the forge asked for; null leaves the pause to us.</param>
    internal sealed record TryAgain(string Reason, DateTimeOffset? NotBefore) : SendOutcome;
}

/// <summary>GitHub's statuses API, or an Enterprise Server's. Remembers a rate limit, so that nothing is sent
/// before it ends.</summary>
internal sealed class GitHubStatuses(IOptions<GitWebhooksOptions> options, TimeProvider time)
{
    private long closedUntilTicks;

    public async Task<SendOutcome> SendAsync(Repository repository, CommitStatus status, CancellationToken ct)
    {
        Transactions.RequireNone();
        if (string.IsNullOrEmpty(options.Value.GitHub.Token))
            return new SendOutcome.Skipped("No GitHub token is configured (GitWebhooks:GitHub:Token).");
        var closedUntil = new DateTimeOffset(Interlocked.Read(ref closedUntilTicks), TimeSpan.Zero);
        if (closedUntil > time.GetUtcNow())
            return new SendOutcome.TryAgain("GitHub's rate limit is used up.", closedUntil);
        try
        {
            await ClientFor(options.Value.GitHub).Repository.Status.Create(
                repository.Owner,
                repository.Name,
                status.Sha,
                new Octokit.NewCommitStatus
                {
                    State = StateOf(status.State),
                    Context = status.Context,
                    Description = status.Description,
                    TargetUrl = status.TargetUrl,
                }).WaitAsync(TimeSpan.FromSeconds(20), time, ct);
            return new SendOutcome.Sent();
        }
        catch (Exception e) when (
            e is ApiException or HttpRequestException or TimeoutException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return Read(e);
        }
    }

    private SendOutcome Read(Exception failure)
    {
        switch (failure)
        {
            case RateLimitExceededException limit:
                return CloseUntil(limit.Reset, limit);
            case SecondaryRateLimitExceededException or AbuseException:
                return CloseUntil(RetryAfter((ApiException)failure) ?? time.GetUtcNow().AddMinutes(1), failure);
            case ApiException api when (int)api.StatusCode == 429 || RetryAfter(api) is not null:
                return CloseUntil(RetryAfter(api) ?? time.GetUtcNow().AddMinutes(1), api);
            case ApiException api when (int)api.StatusCode is >= 400 and < 500 and not 408:
                return new SendOutcome.Refused($"GitHub answered {(int)api.StatusCode}: {Explain(api)}");
            case ApiException api:
                return new SendOutcome.TryAgain($"GitHub answered {(int)api.StatusCode}.", null);
            default:
                return new SendOutcome.TryAgain($"GitHub was not reached: {failure.Message}", null);
        }
    }

    private SendOutcome.TryAgain CloseUntil(DateTimeOffset until, Exception failure)
    {
        Interlocked.Exchange(ref closedUntilTicks, until.UtcTicks);
        return new SendOutcome.TryAgain($"GitHub's rate limit: {failure.Message}", until);
    }

    private DateTimeOffset? RetryAfter(ApiException api) =>
        api.HttpResponse?.Headers.FirstOrDefault(h => h.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value is { } text
        && int.TryParse(text, out var seconds) && seconds >= 0
            ? time.GetUtcNow().AddSeconds(seconds)
            : null;

    private static string Explain(ApiException api) => (int)api.StatusCode switch
    {
        401 => "the token is not valid any more.",
        403 => "the token lacks the permission 'commit statuses: write'.",
        404 => "no such repository or commit, or the token cannot see it.",
        _ => api.Message,
    };

    private static Octokit.CommitState StateOf(CommitState state) => state switch
    {
        CommitState.Pending => Octokit.CommitState.Pending,
        CommitState.Success => Octokit.CommitState.Success,
        CommitState.Failure => Octokit.CommitState.Failure,
        CommitState.Error => Octokit.CommitState.Error,
    };

    private static GitHubClient ClientFor(GitHubOptions github) =>
        new(new Connection(new ProductHeaderValue("Pipeline"), new Uri(github.ApiUrl.TrimEnd('/') + "/")))
        {
            Credentials = new Credentials(github.Token),
        };
}
