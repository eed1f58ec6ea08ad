using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler;

/// <summary>What attributes cannot say about the settings, all of it at once.</summary>
internal sealed partial class SchedulerOptionsCheck : IValidateOptions<SchedulerOptions>
{
    private static readonly TimeSpan ShortestFailover = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, SchedulerOptions options)
    {
        var failures = options.Clusters.SelectMany(cluster => OfCluster(cluster.Key, cluster.Value)).ToList();
        if (options.FailoverTimeout < ShortestFailover)
            failures.Add("Scheduler:FailoverTimeout must be at least a week (7.00:00:00).");
        if (options.Clusters.Count > 0 && new RunnerBinary(options.TaskRunnerPath) is { Exists: false } runner)
            failures.Add(
                $"The TaskRunner program {runner.FilePath} does not exist: build it with scripts/build, or set Scheduler:TaskRunnerPath.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> OfCluster(string name, ClusterOptions cluster)
    {
        if (!ClusterName().IsMatch(name))
            yield return $"Clusters:{name}: a cluster's name has lower-case letters, digits and hyphens, such as infra-qa.";
        if (cluster.Masters.Count == 0)
            yield return $"Clusters:{name}:Masters is empty: name its masters, such as http://host:5050.";
        foreach (var master in cluster.Masters.Where(m => !IsAddress(m)))
            yield return $"Clusters:{name}:Masters has '{master}', which is no address such as http://host:5050.";
    }

    private static bool IsAddress(string master) =>
        Uri.TryCreate(master, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;

    // Shells take no hyphen in the name of a variable: there `_` stands for it, and can stand for nothing else.
    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex ClusterName();
}
