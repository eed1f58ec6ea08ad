using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Failures;

/// <summary>Launches that failed because of their image. Agents report one reason for all of them, so the message decides.</summary>
internal static class ImageRules
{
    private const string FetcherFailed = "Failed to fetch all URIs";

    // As registries, Docker and Mesos' own puller word it.
    private static readonly string[] Missing =
        ["not found", "manifest unknown", "name unknown", "does not exist", "no such image", "access denied", "invalid reference"];

    private static readonly string[] NoShell = ["executable file not found", "no such file or directory"];

    /// <returns>Null when the image was not the cause.</returns>
    public static TaskEnd? Judge(string message, string? image)
    {
        if (image is null || message.Contains(FetcherFailed, StringComparison.Ordinal))
            return null;
        var (advice, final) = Says(message, NoShell)
            ? ("An image needs sh, glibc and OpenSSL 3: every task starts by them.", true)
            : Says(message, Missing)
                ? ("Check 'image' in .pipeline.yaml: its name and tag, and that the agents may pull it.", true)
                : ("Check that the agents reach the image's registry.", false);
        return new TaskEnd(
            TaskPhase.Failed, Outcome.Failed, FailureClass.Config, null, $"no container of the image '{image}': {message}. {advice}",
            MayBeInfra: !final);
    }

    private static bool Says(string message, string[] words) =>
        Array.Exists(words, w => message.Contains(w, StringComparison.OrdinalIgnoreCase));
}
