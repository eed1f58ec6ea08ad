using System.Security.Cryptography;
using Polly;
using Polly.Retry;

namespace Pipeline.Mesos.Client;

/// <summary>One try of every master.</summary>
/// <param name="End">Set when the subscription ended for good.</param>
/// <param name="Failures">How often all masters failed since the last subscription that lasted, this time included.</param>
internal sealed record SubscriptionRound(SubscriptionEnded? End, int Failures);

/// <summary>Repeats rounds until the subscription ends for good, with pauses that grow.</summary>
internal static class SubscriptionRetry
{
    private const int FirstMilliseconds = 100;
    private const int BaseMilliseconds = 250;
    private const int MaxDoublings = 20;

    public static ResiliencePipeline<SubscriptionRound> Create(TimeSpan maxDelay, TimeProvider time) =>
        new ResiliencePipelineBuilder<SubscriptionRound> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<SubscriptionRound>
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is { End: null }),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(Delay(args.Outcome.Result!.Failures, maxDelay)),
            })
            .Build();

    /// <summary>Full jitter, so that thousands of frameworks do not come back in step; the first retry is quick.</summary>
    internal static TimeSpan Delay(int failures, TimeSpan max)
    {
        if (failures <= 1)
            return TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(FirstMilliseconds / 2, FirstMilliseconds + 1));
        var ceiling = Math.Min(max.TotalMilliseconds, BaseMilliseconds * Math.Pow(2, Math.Min(failures, MaxDoublings)));
        return TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(0, (int)ceiling + 1));
    }
}
