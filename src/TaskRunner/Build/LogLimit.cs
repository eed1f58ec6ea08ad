using System.Text;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.TaskRunner.Build;

/// <summary>How much of a step's log is kept.</summary>
/// <param name="Bytes">With the runner's own lines.</param>
/// <param name="Sentence">The line that a log ends with which is longer.</param>
internal sealed record LogLimit(long Bytes, string Sentence)
{
    // For the sentence, and for the line that says why the step ended.
    private const int Reserved = 8 * 1024;

    /// <summary>What the step's own output may take.</summary>
    public long OutputBytes => Bytes == long.MaxValue ? Bytes : Bytes - Reserved;

    /// <summary>The sentence on a line of its own.</summary>
    public byte[] Line => Encoding.UTF8.GetBytes($"\npipeline: {Sentence}\n");

    /// <param name="limits">Null: none.</param>
    /// <param name="others">Bytes of the logs of the steps before.</param>
    public static LogLimit Of(BuildLimits? limits, long others)
    {
        if (limits is null)
            return new LogLimit(long.MaxValue, "");
        var bytes = limits.LogOf(others);
        return new LogLimit(
            bytes,
            bytes == limits.StepLog
                ? $"the log of this step has met its limit of {Size(bytes)} (BuildRunner:StepLogBytes); the rest was not kept"
                : $"the logs of this module have met their limit of {Size(limits.ModuleLog)} (BuildRunner:ModuleLogBytes); "
                    + "the rest was not kept");
    }

    private static string Size(long bytes) => bytes >= 1 << 20 ? $"{bytes / (1 << 20)} MB" : $"{bytes / 1024} kB";
}
