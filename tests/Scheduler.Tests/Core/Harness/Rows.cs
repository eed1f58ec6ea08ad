using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Tests.Core.Harness;

/// <summary>Rows for tests of single parts: a request <c>web</c>, its deploys and their tasks.</summary>
internal static class Rows
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly CoreSettings Settings = new("test", "pipeline");

    public static Change Change(DateTimeOffset? until = null) => new(Actor.Person("eleni"), null, Now, until);

    public static Request Request(string? active = "v1", string? pending = null, RequestOverrides? overrides = null) =>
        new("web", RequestKind.Service, RequestState.Active, active, pending, Now) { Overrides = overrides ?? RequestOverrides.None };

    public static Deploy Deploy(string id, int instances, DeployState state = DeployState.Active, DeployOptions? options = null) =>
        Scheduler.Core.Model.Deploy.Start(
            id, "web", DeploySpec.Of(Machine.Web(id, instances) with { RequestId = "web", Options = options ?? DeployOptions.Default }),
            Now) with
        {
            State = state,
        };

    public static TaskRecord Pending(string deploy, int instance, int attempt = 1) =>
        new($"{deploy}.{instance}.{attempt}", "web", deploy, instance, attempt, new ResourceNeed(0.5m, 256, 100, 1), Now);

    public static TaskRecord Running(string deploy, int instance, int attempt = 1, string agent = "a1", string rack = "r1") =>
        Pending(deploy, instance, attempt) with
        {
            Phase = TaskPhase.Running, AgentId = agent, Host = agent, Address = "10.0.0.1", Rack = rack, LaunchedAt = Now, RunningAt = Now,
        };

    public static TaskRecord Healthy(string deploy, int instance, int attempt = 1, string agent = "a1", string rack = "r1") =>
        Running(deploy, instance, attempt, agent, rack) with { HealthyAt = Now };

    public static TaskRecord Leaves(this TaskRecord task, LeaveCause cause) => task with { Leaving = new Leaving(cause, "to leave", Now) };

    public static AgentRecord Agent(string id, string rack = "r1", params (string Name, string Value)[] attributes) => new(
        id, id, "10.0.0.1", "http://10.0.0.1:5051", rack, attributes.ToDictionary(a => a.Name, a => a.Value), AgentState.Active,
        new Amount(16_000, 16_384_000, 8_192_000), Now);

    public static ClusterState State(Request request, IReadOnlyList<Deploy> deploys, params TaskRecord[] tasks) =>
        new("test", Snapshot.Empty with { Requests = [request], Deploys = deploys, Tasks = tasks });
}
