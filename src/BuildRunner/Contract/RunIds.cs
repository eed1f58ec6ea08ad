using System.Globalization;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Contract;

/// <summary>What a module build is called in the scheduler: run id <c>build.&lt;32 hex digits&gt;</c>.</summary>
public static class RunIds
{
    private const string Prefix = "build.";

    /// <summary>The run id of a module build.</summary>
    public static string Of(ModuleBuildId module) => $"{Prefix}{module.Value:N}";

    /// <summary>The module build of a run.</summary>
    /// <returns>Null when the run is not of a module build.</returns>
    public static ModuleBuildId? Parse(string runId) =>
        runId.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(runId[Prefix.Length..], "N", out var id)
        && Of(new ModuleBuildId(id)) == runId
            ? new ModuleBuildId(id)
            : null;

    /// <summary>The attempt in a task id (<c>&lt;run&gt;.&lt;instance&gt;.&lt;attempt&gt;</c>): a higher one replaces a lower.</summary>
    public static int AttemptOf(string taskId) =>
        int.TryParse(
            taskId.AsSpan(taskId.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) ? attempt : 0;

    /// <summary><c>build.&lt;owner&gt;.&lt;repository&gt;.&lt;module&gt;</c>, in the characters that Mesos takes.</summary>
    public static string RequestOf(string owner, string repository, string module) =>
        $"{Prefix}{Clean(owner)}.{Clean(repository)}.{Clean(module)}";

    private static string Clean(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
}
