using System.Reflection;
using System.Text.Json.Serialization;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Tests.Simulation.Recording;

/// <summary>The tag of each subtype in a recording. Types may be renamed; a tag never is.</summary>
internal static class StoredNames
{
    private static readonly Dictionary<Type, string> Names = new(Commands())
    {
        [typeof(MasterEventReceived)] = "in.master",
        [typeof(CommandReceived)] = "in.command",
        [typeof(CommandRepeated)] = "in.repeated",
        [typeof(ProbeCompleted)] = "in.probe",
        [typeof(SendFailed)] = "in.failed",
        [typeof(TaskLookedUp)] = "in.looked-up",
        [typeof(Tick)] = "in.tick",

        [typeof(Subscribed)] = "master.subscribed",
        [typeof(OffersReceived)] = "master.offers",
        [typeof(OfferRescinded)] = "master.rescind",
        [typeof(InverseOffersReceived)] = "master.inverse-offers",
        [typeof(InverseOfferRescinded)] = "master.inverse-rescind",
        [typeof(TaskUpdated)] = "master.update",
        [typeof(AgentRemoved)] = "master.agent-removed",
        [typeof(Disconnected)] = "master.disconnected",
        [typeof(SubscriptionEnded)] = "master.ended",

        [typeof(Call)] = "out.call",
        [typeof(Launch)] = "out.launch",
        [typeof(RunProbe)] = "out.probe",
        [typeof(LookUp)] = "out.look-up",

        [typeof(AcceptOffers)] = "call.accept",
        [typeof(DeclineOffers)] = "call.decline",
        [typeof(ReviveOffers)] = "call.revive",
        [typeof(SuppressOffers)] = "call.suppress",
        [typeof(KillTask)] = "call.kill",
        [typeof(AcknowledgeUpdate)] = "call.acknowledge",
        [typeof(ReconcileTasks)] = "call.reconcile",
        [typeof(AcceptInverseOffers)] = "call.accept-inverse",
        [typeof(DeclineInverseOffers)] = "call.decline-inverse",

        [typeof(SecurityEventRaised)] = "security.raised",
        [typeof(TaskLaunched)] = "task.launched",
        [typeof(TaskRunning)] = "task.running",
        [typeof(TaskHealthy)] = "task.healthy",
        [typeof(TaskFinished)] = "task.finished",
        [typeof(DeployHealthy)] = "deploy.healthy",
        [typeof(DeployFailed)] = "deploy.failed",
        [typeof(RequestChanged)] = "request.changed",
        [typeof(AgentLost)] = "agent.lost",
        [typeof(MachineChanged)] = "machine.changed",
        [typeof(ClusterChanged)] = "cluster.changed",
    };

    private static readonly Type[] Open =
        [typeof(SchedulerInput), typeof(MasterEvent), typeof(Outgoing), typeof(MasterCall), typeof(JournalEvent)];

    public static bool Has(Type type) => Names.ContainsKey(type);

    /// <returns>Nothing for a type that has no subtypes: its place says what it is.</returns>
    /// <exception cref="InvalidOperationException">A new subtype: give it a tag.</exception>
    public static string Of(Type type) => Names.TryGetValue(type, out var name) ? name
        : Array.Exists(Open, o => o.IsAssignableFrom(type)) ? throw new InvalidOperationException($"{type.Name} has no tag in StoredNames.")
        : "";

    private static Dictionary<Type, string> Commands() => typeof(SchedulerCommand).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToDictionary(a => a.DerivedType, a => $"command.{a.TypeDiscriminator}");
}
