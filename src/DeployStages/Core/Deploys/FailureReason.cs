using System.Globalization;
using Pipeline.Kernel.Text;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.DeployStages.Core.Deploys;

/// <summary>Why a deploy failed, with the evidence that decided it: one sentence or two for people. Pure.</summary>
internal static class FailureReason
{
    private const int LongestDetail = 200;

    /// <summary>The task that shows why a deploy failed: one that failed through the release's fault, else any.</summary>
    public static TaskView? DecidingTask(IReadOnlyList<TaskView> tasks) =>
        tasks.FirstOrDefault(t => t.FailureClass is not (null or "infra")) ?? (tasks.Count > 0 ? tasks[0] : null);

    /// <summary>The reason with the exit code and the last failed probe, unless it mentions them already.</summary>
    public static string WithEvidence(string reason, int? exitCode, IEnumerable<ProbeView> probes)
    {
        if (exitCode is { } code && !reason.Contains("exit", StringComparison.OrdinalIgnoreCase))
            reason += $" Exit code {code.ToString(CultureInfo.InvariantCulture)}.";
        if (probes.MaxBy(p => p.At) is not { Passed: false } probe)
            return reason;
        var detail = (probe.Detail ?? "").Trim();
        return detail.Length > 0 && reason.Contains(detail, StringComparison.Ordinal)
            ? reason
            : $"{reason} Last probe: {Answer(probe)}{Quoted(detail)}.";
    }

    private static string Answer(ProbeView probe) => probe.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer";

    private static string Quoted(string detail) =>
        detail.Length == 0 ? "" : $" \"{ByteText.Cut(detail, LongestDetail)}\"";
}
