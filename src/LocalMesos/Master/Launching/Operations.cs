using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.Launching;

/// <summary>RESERVE, UNRESERVE, CREATE and DESTROY of an accepted offer (recorded in 21). The lock is held.</summary>
internal sealed class Operations(MasterState state)
{
    /// <returns>What is left of the offer, with its converted resources.</returns>
    public ResourceSet Apply(Framework framework, AgentSlot agent, string role, W.Offer.Types.Operation operation, ResourceSet available)
    {
        var wanted = ResourcesOf(operation).ToList();
        var problem = wanted.Select(r => Problem(operation, r, role)).FirstOrDefault(p => p is not null);
        foreach (var resource in problem is null ? wanted : [])
        {
            var (taken, given) = Conversion(operation, resource);
            if (!available.Contains(taken))
            {
                problem = $"{taken.Describe(role, portsFirst: false)} is not contained in the offered resources";
                break;
            }

            available = available.Minus(taken).Plus(given);
            agent.Total = agent.Total.Minus(taken).Plus(given);
            if (operation.Type == W.Offer.Types.Operation.Types.Type.Destroy)
                DestroyVolume(resource);
        }

        if (operation.Id is { } id)
            Report(framework, agent, id, problem, wanted);
        return available;
    }

    public static void Reconcile(Framework framework, IReadOnlyCollection<W.Call.Types.ReconcileOperations.Types.Operation> operations)
    {
        var ids = operations.Count == 0 ? framework.Operations.Keys.ToList() : [.. operations.Select(o => o.OperationId.Value)];
        foreach (var id in ids)
        {
            var status = framework.Operations.GetValueOrDefault(id)?.Clone()
                ?? new W.OperationStatus { OperationId = new W.OperationID { Value = id }, State = W.OperationState.OperationUnknown };
            status.Uuid = null;
            status.Message = "Reconciliation: " + (status.State == W.OperationState.OperationUnknown
                ? "Operation is unknown"
                : "Latest operation status");
            Send(framework, status);
        }
    }

    public static void Acknowledge(Framework framework, string operationId) => framework.Operations.Remove(operationId);

    private static IEnumerable<W.Resource> ResourcesOf(W.Offer.Types.Operation operation) =>
        (operation.Reserve?.Resources ?? operation.Unreserve?.Resources ?? operation.Create?.Volumes ?? operation.Destroy?.Volumes)
        ?? Enumerable.Empty<W.Resource>();

    private static string? Problem(W.Offer.Types.Operation operation, W.Resource resource, string role)
    {
        var reserved = ResourceKind.Of(resource).ReservedFor;
        return operation.Type == W.Offer.Types.Operation.Types.Type.Reserve && reserved is not null && reserved != role
            ? $"A reserve operation was attempted for a resource with role '{reserved}', but the resource was allocated to role '{role}'"
            : null;
    }

    /// <summary>What the operation takes from the offer, and what it turns that into.</summary>
    private static (ResourceSet Taken, ResourceSet Given) Conversion(W.Offer.Types.Operation operation, W.Resource resource)
    {
        var whole = ResourceSet.FromWire([resource]);
        var plainer = resource.Clone();
        if (operation.Create is not null || operation.Destroy is not null)
            plainer.Disk = null;
        else if (plainer.Reservations.Count > 0)
            plainer.Reservations.RemoveAt(plainer.Reservations.Count - 1);
        else
            (plainer.Role, plainer.Reservation) = ("*", null);
        var plain = ResourceSet.FromWire([plainer]);
        return operation.Reserve is not null || operation.Create is not null ? (plain, whole) : (whole, plain);
    }

    // Not while the lock is held.
    private void DestroyVolume(W.Resource volume)
    {
        var directory = state.Options.WorkDirectory;
        _ = Task.Run(() => Volumes.Destroy(directory, volume));
    }

    private static void Report(Framework framework, AgentSlot agent, W.OperationID id, string? problem, IEnumerable<W.Resource> converted)
    {
        var status = new W.OperationStatus { OperationId = id };
        if (problem is not null)
        {
            status.State = W.OperationState.OperationError;
            status.Message = $"{problem}; on agent {agent}";
        }
        else
        {
            status.State = W.OperationState.OperationFinished;
            status.ConvertedResources.Add(converted);
            status.Uuid = new W.UUID { Value = Ids.UpdateUuid() };
            status.AgentId = new W.AgentID { Value = agent.Id };
            framework.Operations[id.Value] = status;
        }

        Send(framework, status);
    }

    private static void Send(Framework framework, W.OperationStatus status) => framework.Send(new W.Event
    {
        Type = W.Event.Types.Type.UpdateOperationStatus,
        UpdateOperationStatus = new W.Event.Types.UpdateOperationStatus { Status = status },
    });
}
