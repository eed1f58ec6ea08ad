using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;
using Reason = Pipeline.Mesos.Wire.TaskStatus.Types.Reason;

namespace Pipeline.LocalMesos.Master;

/// <summary>ACCEPT and DECLINE. The lock is held.</summary>
internal sealed class Launches(MasterState state)
{
    private const double MostRefuseSeconds = 365 * 24 * 3600d;

    public void Accept(Framework framework, W.Call.Types.Accept accept)
    {
        var tasks = accept.Operations.Where(o => o.Launch is not null).SelectMany(o => o.Launch.TaskInfos).ToList();
        var ids = accept.OfferIds.Select(o => o.Value).ToList();
        var problem = OfferProblem(framework, ids, out var offers);
        if (problem is not null)
        {
            foreach (var offer in offers)
                GiveBack(offer, offer.Resources, accept.Filters);
            Refuse(framework, tasks, problem);
            return;
        }

        var agent = offers[0].Agent;
        var role = offers[0].Role;
        foreach (var offer in offers)
            state.Offers.Remove(offer.Id);
        var rest = offers.Aggregate(ResourceSet.Empty, (sum, o) => sum.Plus(o.Resources));
        foreach (var task in tasks)
            rest = Launch(framework, agent, role, task, rest);
        agent.Free = agent.Free.Plus(rest);
        Filter(framework, role, agent, rest, accept.Filters);
    }

    public void Decline(Framework framework, IEnumerable<W.OfferID> ids, W.Filters? filters)
    {
        foreach (var id in ids)
        {
            if (state.Offers.TryGetValue(id.Value, out var offer) && offer.Framework == framework)
                GiveBack(offer, offer.Resources, filters);
        }
    }

    /// <returns>What the task left of the offer.</returns>
    private ResourceSet Launch(Framework framework, AgentSlot agent, string role, W.TaskInfo task, ResourceSet available)
    {
        if (TaskValidator.Problem(task, framework, agent, role, available) is { } problem)
        {
            framework.Send(Statuses.Update(Statuses.Of(
                task.TaskId.Value, task.AgentId.Value == agent.Id ? agent.Id : task.AgentId.Value, W.TaskState.TaskError,
                    Reason.TaskInvalid, problem, state.Now)));
            return available;
        }

        var resources = ResourceSet.FromWire(task.Resources);
        framework.Tasks.Add(task.TaskId.Value, new MasterTask(task, role, resources));
        agent.Agent.Launch(new TaskStart(
            framework.Id, task, role, framework.Info.User, framework.Info.Checkpoint, framework.IsPartitionAware,
                framework.HasTaskKillingState));
        return available.Minus(resources);
    }

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

    private void Refuse(Framework framework, List<W.TaskInfo> tasks, string problem)
    {
        var lost = framework.IsPartitionAware ? W.TaskState.TaskDropped : W.TaskState.TaskLost;
        foreach (var task in tasks)
            framework.Send(Statuses.Update(Statuses.Of(
                task.TaskId.Value, task.AgentId.Value, lost, Reason.InvalidOffers, $"Task launched with invalid offers: {problem}",
                    state.Now)));
    }

    private void GiveBack(OutstandingOffer offer, ResourceSet resources, W.Filters? filters)
    {
        state.RemoveOffer(offer, rescind: false);
        Filter(offer.Framework, offer.Role, offer.Agent, resources, filters);
    }

    private void Filter(Framework framework, string role, AgentSlot agent, ResourceSet resources, W.Filters? filters)
    {
        var seconds = filters is { HasRefuseSeconds: true, RefuseSeconds: >= 0 and var asked } ? Math.Min(asked, MostRefuseSeconds) : 5;
        if (seconds > 0 && !resources.IsEmpty)
            framework.Filters.Add(new OfferFilter(role, agent.Id, resources, state.Now + TimeSpan.FromSeconds(seconds)));
    }
}
