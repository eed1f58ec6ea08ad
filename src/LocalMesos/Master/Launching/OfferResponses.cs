using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Tasks;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master.Launching;

/// <summary>ACCEPT and DECLINE: the framework's responses to offers. The lock is held.</summary>
internal sealed class OfferResponses(MasterState state, Operations operations)
{
    private const double DefaultRefuseSeconds = 5;
    private const double MaxRefuseSeconds = 365 * 24 * 3600d;

    public void Accept(Framework framework, W.Call.Types.Accept accept)
    {
        var tasks = accept.Operations.SelectMany(TasksOf).ToList();
        var ids = accept.OfferIds.Select(o => o.Value).ToList();
        var problem = OfferProblem(framework, ids, out var offers);
        if (problem is not null)
        {
            foreach (var offer in offers)
                ReturnOffer(offer, offer.Resources, accept.Filters);
            Reject(framework, tasks, problem);
            return;
        }

        var agent = offers[0].Agent;
        var role = offers[0].Role;
        foreach (var offer in offers)
        {
            offer.Timeout?.Dispose();
            state.Offers.Remove(offer.Id);
        }

        var rest = offers.Aggregate(ResourceSet.Empty, (sum, o) => sum.Plus(o.Resources));
        foreach (var operation in accept.Operations)
            rest = Apply(framework, agent, role, operation, rest);
        agent.Free = agent.Free.Plus(rest);
        Filter(framework, role, agent, rest, accept.Filters);
    }

    public void Decline(Framework framework, IEnumerable<W.OfferID> ids, W.Filters? filters)
    {
        foreach (var id in ids)
        {
            if (state.Offers.TryGetValue(id.Value, out var offer) && offer.Framework == framework)
                ReturnOffer(offer, offer.Resources, filters);
        }
    }

    private static IEnumerable<W.TaskInfo> TasksOf(W.Offer.Types.Operation operation) =>
        operation.Launch?.TaskInfos ?? operation.LaunchGroup?.TaskGroup.Tasks ?? Enumerable.Empty<W.TaskInfo>();

    /// <returns>What the operation leaves of the offer.</returns>
    private ResourceSet Apply(Framework framework, AgentSlot agent, string role, W.Offer.Types.Operation operation, ResourceSet available)
    {
        if (operation.LaunchGroup is { } group)
            return LaunchGroup(framework, agent, role, group, available);
        return operation.Launch is { } launch
            ? launch.TaskInfos.Aggregate(available, (left, task) => Launch(framework, agent, role, task, left))
            : operations.Apply(framework, agent, role, operation, available);
    }

    private ResourceSet Launch(Framework framework, AgentSlot agent, string role, W.TaskInfo task, ResourceSet available)
    {
        var overhead = ExecutorResources(framework, agent, task.Executor);
        if (TaskValidator.Problem(task, framework, agent.Id, role, available, overhead) is { } problem)
        {
            Reject(framework, task, Reason.TaskInvalid, problem);
            return available;
        }

        AddExecutor(framework, agent, role, task.Executor);
        agent.Agent.Launch(Add(framework, role, task, task.Executor?.ExecutorId.Value));
        return available.Minus(ResourceSet.FromWire(task.Resources)).Minus(overhead);
    }

    /// <summary>All tasks of a group or none (recorded in 17).</summary>
    private ResourceSet LaunchGroup(
        Framework framework, AgentSlot agent, string role, W.Offer.Types.Operation.Types.LaunchGroup group, ResourceSet available)
    {
        var overhead = ExecutorResources(framework, agent, group.Executor);
        var wanted = group.TaskGroup.Tasks.Aggregate(overhead, (sum, t) => sum.Plus(ResourceSet.FromWire(t.Resources)));
        var tasks = group.TaskGroup.Tasks;
        var problem = tasks.Select(t => TaskValidator.GroupProblem(t, framework, agent.Id)).FirstOrDefault(p => p is not null)
            ?? (available.Contains(wanted)
                ? null
                : $"Total resources {wanted.Describe(role, portsFirst: false)} required by task group and its executor are more than " +
                  $"available {available.Describe(role, portsFirst: true)}");
        if (problem is not null)
        {
            foreach (var task in tasks)
                Reject(framework, task, Reason.TaskGroupInvalid, problem);
            return available;
        }

        AddExecutor(framework, agent, role, group.Executor);
        var id = group.Executor.ExecutorId.Value;
        agent.Agent.LaunchGroup(group.Executor, [.. tasks.Select(t => Add(framework, role, t, id))]);
        return available.Minus(wanted);
    }

    private TaskLaunch Add(Framework framework, string role, W.TaskInfo info, string? executorId)
    {
        foreach (var resource in info.Resources)
            resource.AllocationInfo ??= new W.Resource.Types.AllocationInfo { Role = role };
        var task = new MasterTask(info, role, ResourceSet.FromWire(info.Resources)) { ExecutorId = executorId };
        framework.Tasks.Add(task.Id, task);
        state.Changes.OnTaskAdded(framework, task);
        return new TaskLaunch(framework.Id, info, role, framework.Info);
    }

    private static ResourceSet ExecutorResources(Framework framework, AgentSlot agent, W.ExecutorInfo? executor) =>
        executor is null || framework.Executors.ContainsKey((agent.Id, executor.ExecutorId.Value))
            ? ResourceSet.Empty
            : ResourceSet.FromWire(executor.Resources);

    private static void AddExecutor(Framework framework, AgentSlot agent, string role, W.ExecutorInfo? executor)
    {
        if (executor is null || framework.Executors.ContainsKey((agent.Id, executor.ExecutorId.Value)))
            return;
        var info = executor.Clone();
        info.FrameworkId = new W.FrameworkID { Value = framework.Id };
        framework.Executors.Add(
            (agent.Id, info.ExecutorId.Value), new MasterExecutor(info, agent.Id, role, ResourceSet.FromWire(info.Resources)));
    }

    private void Reject(Framework framework, W.TaskInfo task, Reason reason, string problem) => framework.Send(Statuses.Update(Statuses.Of(
        task.TaskId.Value, task.AgentId.Value, W.TaskState.TaskError, reason, problem, state.Now)));

    private string? OfferProblem(Framework framework, List<string> ids, out List<OutstandingOffer> valid)
    {
        valid = [];
        if (ids.Count == 0)
            return "No offers specified";
        string? problem = null;
        foreach (var id in ids)
        {
            if (!state.Offers.TryGetValue(id, out var offer) || offer.Framework != framework)
                problem ??= $"Offer {id} is no longer valid";
            else if (valid.Contains(offer))
                problem ??= $"Duplicate offer {id} in offer list";
            else
                valid.Add(offer);
        }

        return problem ?? AgentProblem(valid);
    }

    private static string? AgentProblem(List<OutstandingOffer> offers) => offers.Find(o => o.Agent != offers[0].Agent) is { } other
        ? $"Aggregated offers must belong to one single agent. Offer {other.Id} uses agent {other.Agent.Id} and agent {offers[0].Agent.Id}"
        : null;

    private void Reject(Framework framework, List<W.TaskInfo> tasks, string problem)
    {
        var lost = framework.IsPartitionAware ? W.TaskState.TaskDropped : W.TaskState.TaskLost;
        var message = $"Task launched with invalid offers: {problem}";
        foreach (var task in tasks)
            framework.Send(Statuses.Update(Statuses.Of(
                task.TaskId.Value, task.AgentId.Value, lost, Reason.InvalidOffers, message, state.Now)));
    }

    private void ReturnOffer(OutstandingOffer offer, ResourceSet resources, W.Filters? filters)
    {
        state.RemoveOffer(offer, rescind: false);
        Filter(offer.Framework, offer.Role, offer.Agent, resources, filters);
    }

    private void Filter(Framework framework, string role, AgentSlot agent, ResourceSet resources, W.Filters? filters)
    {
        var seconds = filters is { HasRefuseSeconds: true, RefuseSeconds: >= 0 and var requested }
            ? Math.Min(requested, MaxRefuseSeconds)
            : DefaultRefuseSeconds;
        if (seconds > 0 && !resources.IsEmpty)
            framework.Filters.Add(new OfferFilter(role, agent.Id, resources, state.Now + TimeSpan.FromSeconds(seconds)));
    }
}
