using System.Text.RegularExpressions;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Http.Validation;

/// <summary>Validates the fields of a manual run.</summary>
internal static partial class RunFields
{
    private const int MostArguments = 100;
    private const int MostBytes = 32 * 1024;
    private static readonly TimeSpan LatestRun = TimeSpan.FromDays(30);

    public static void Check(FieldErrors fields, RunBody? body, DateTimeOffset now)
    {
        if (body is null)
            return;
        fields.Require("runId", body.RunId is null || RunId().IsMatch(body.RunId), "Use 1 to 100 letters, digits, '_' and '-'.");
        fields.Require("runAt", body.RunAt is null || body.RunAt <= now + LatestRun, "A run may be put off by 30 days at most.");
        var arguments = body.Arguments ?? [];
        fields.Require("arguments", arguments.Count <= MostArguments && arguments.Sum(a => a?.Length ?? 0) <= MostBytes,
            $"At most {MostArguments} arguments of {MostBytes / 1024} KiB together.");
        fields.Require("arguments", arguments.All(a => a is not null && !a.Contains('\0', StringComparison.Ordinal)),
            "An argument is a text without NUL.");
        var environment = body.Environment ?? new Dictionary<string, string>();
        fields.Require("environment", environment.Keys.All(k => Variable().IsMatch(k)),
            "A variable's name has letters, digits and '_', and does not begin with a digit.");
        fields.Require("environment", environment.All(e => e.Value is not null && !e.Value.Contains('\0', StringComparison.Ordinal))
            && environment.Sum(e => e.Key.Length + (e.Value?.Length ?? 0)) <= MostBytes,
                $"Values are texts without NUL, {MostBytes / 1024} KiB together.");
        fields.Require("environment", !environment.Keys.Any(TaskEnvironment.IsReserved),
            "TASK_…, PORT…, INSTANCE_NO and PIPELINE_… are given by the scheduler.");
        fields.Require("resources/cpus", body.Resources?.Cpus is null or (> 0 and <= 1024), "Give cores above 0, up to 1024.");
        fields.Require("resources/memoryMb", body.Resources?.MemoryMb is null or (>= 1 and <= 16_777_216), "Give MiB from 1 to 16777216.");
        fields.Require("resources/diskMb", body.Resources?.DiskMb is null or (>= 0 and <= 1_073_741_824), "Give MiB from 0 to 1073741824.");
        fields.Require("resources/ports", body.Resources?.Ports is null or (>= 0 and <= 100), "Give a number of ports from 0 to 100.");
    }

    public static ResourceNeed Needs(ResourceNeed deploy, RunResources own) => new(
        own.Cpus ?? deploy.Cpus, own.MemoryMb ?? deploy.MemoryMb, own.DiskMb ?? deploy.DiskMb, Math.Max(own.Ports ?? 0, deploy.Ports));

    [GeneratedRegex("^[A-Za-z0-9_-]{1,100}\\z")]
    private static partial Regex RunId();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z")]
    private static partial Regex Variable();
}
