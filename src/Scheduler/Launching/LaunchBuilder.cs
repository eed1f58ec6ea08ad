using System.Globalization;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Launching;

/// <summary>Turns a decided launch into the call to the master. Pure, but for the key that tickets come from.</summary>
internal sealed class LaunchBuilder(SchedulerOptions options, ServerKey key, RunnerBinary runner, string cluster)
{
    private const string Runner = "./taskrunner";

    // An image may have a working directory of its own; where the sandbox is mounted, the agent says.
    private const string RunnerInContainer = "cd \"$MESOS_SANDBOX\" && exec ./taskrunner";
    private static readonly TimeSpan ShortestLiveness = TimeSpan.FromSeconds(5);
    private readonly ContainerOptions containers = options.Clusters.GetValueOrDefault(cluster)?.Containers ?? new ContainerOptions();

    /// <exception cref="InvalidOperationException">There is no TaskRunner program for agents to fetch.</exception>
    public void RequireRunner() => _ = runner.Digest;

    public AcceptOffers Build(Launch launch) =>
        new(launch.OfferIds, launch.AgentId, [.. launch.Tasks.Select(t => Build(t.Task, t.Spec))], launch.Refuse);

    private TaskLaunch Build(TaskRecord task, DeploySpec spec) => new(
        task.Id,
        task.RequestId,
        new TaskResources(task.Needs.Cpus, task.Needs.MemoryMb, task.Needs.DiskMb, task.Ports),
        spec.Image is null ? Runner : RunnerInContainer,
        EnvironmentOf(task, spec),
        [new FetchUri($"{options.PublicUrl}/runner/v1/taskrunner/{runner.Digest}", "taskrunner", Executable: true, Extract: false,
            Cache: true)],
        new Dictionary<string, string> { ["request"] = task.RequestId, ["deploy"] = task.DeployId },
        spec.KillGrace,
        spec.MaxRunTime,
        LivenessOf(task, spec),
        spec.Image,
        spec.Trust is null ? options.TaskUser : spec.User)
    {
        Limits = LimitsOf(task.Needs, spec.Options.Limits),
        Container = containers.Engine,
        Volumes = spec.Image is null ? [] : [.. Volumes()],
    };

    private IEnumerable<ContainerVolume> Volumes()
    {
        if (Path.GetDirectoryName(containers.TrustPath) is { } trust)
            yield return new ContainerVolume(trust, ReadOnly: true);
        if (containers.StatePath is { } state)
            yield return new ContainerVolume(state, ReadOnly: false);
    }

    // A run may need more than the limit of its deploy: a limit below is no limit that a master takes.
    private static TaskLimits? LimitsOf(ResourceNeed needs, Limits limits)
    {
        if (limits is { Cpus: null, MemoryMb: null })
            return null;
        return new TaskLimits(
            limits.Cpus is { } cpus ? AsWire(Math.Max(cpus, needs.Cpus)) : null,
            limits.MemoryMb is { } memory ? AsWire(Math.Max(memory, needs.MemoryMb)) : null);
    }

    private static double AsWire(decimal limit) => limit == Limits.Unlimited ? double.PositiveInfinity : (double)limit;

    private Dictionary<string, string> EnvironmentOf(TaskRecord task, DeploySpec spec)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PIPELINE_SERVER"] = options.PublicUrl,
            ["TASK_ID"] = task.Id,
            ["PIPELINE_TICKET"] = key.TicketFor(task.Id),
            ["TASK_HOST"] = task.Address!,
            ["TASK_RACK_ID"] = task.Rack ?? "",
            ["INSTANCE_NO"] = task.Instance.ToString(CultureInfo.InvariantCulture),
            ["PIPELINE_CLUSTER"] = cluster,
        };
        for (var i = 0; i < task.Ports.Count; i++)
            environment[TaskEnvironment.PortKey(i)] = task.Ports[i].ToString(CultureInfo.InvariantCulture);
        if (task.Ports.Count > 0)
            environment["PORT"] = task.Ports[0].ToString(CultureInfo.InvariantCulture);
        if (spec.Image is not null)
            AddContainer(environment);
        return environment;
    }

    // Docker's containers get nothing of --executor_environment_variables.
    private void AddContainer(Dictionary<string, string> environment)
    {
        environment["PIPELINE_ISOLATION"] = "agent"; // its engine's
        if (containers.TrustPath is { } trust)
            environment["PIPELINE_TRUST"] = trust;
        if (containers.StatePath is { } state)
            environment["PIPELINE_STATE"] = state;
        if (containers.Stages is { } stages)
            environment["PIPELINE_STAGES"] = stages;
    }

    // Readiness decides about a deploy, liveness about one instance much later: it is more patient, and asks nothing before the start-up
    // time is over: until then another program may answer.
    private static HealthCheck? LivenessOf(TaskRecord task, DeploySpec spec)
    {
        var (liveness, probing) = (spec.Options.Liveness, spec.Options.Probing);
        if (spec.Readiness is not { } ready || !liveness.Enabled || task.SkipHealth || task.Ports.Count == 0)
            return null;
        var path = liveness.HttpPath ?? ready.HttpPath;
        var port = probing.PortNumber ?? task.Ports[Math.Min(probing.PortIndex, task.Ports.Count - 1)];
        var interval = liveness.Interval ?? (ready.Interval < ShortestLiveness ? ShortestLiveness : ready.Interval);
        return new HealthCheck(
            path is null ? HealthCheckKind.Tcp : HealthCheckKind.Http, port, path, path is null ? null : probing.Https ? "https" : "http",
            ready.Startup > probing.Delay ? ready.Startup : probing.Delay, interval, ready.Timeout, ready.Startup, liveness.Failures);
    }
}
