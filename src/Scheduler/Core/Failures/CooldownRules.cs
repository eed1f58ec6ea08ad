using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Failures;

/// <summary>When a request fails too often to be restarted without a delay.</summary>
internal static class CooldownRules
{
    public const int Failures = 5;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Delay = TimeSpan.FromMinutes(2);

    public static bool IsTooFast(IReadOnlyList<InstanceFailure> failures, DateTimeOffset now) =>
        failures.Count(f => f.At > now - Window) >= Failures;

    /// <summary>When the last failure leaves the window.</summary>
    public static DateTimeOffset EndOf(Request request) =>
        (request.Failures.Count > 0 ? request.Failures[^1].At : request.Overrides.Cooldown!.Since) + Window;
}
