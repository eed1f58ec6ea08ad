using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.State;

/// <summary>Events of the cluster and of its requests, with the subject that they are found by.</summary>
internal sealed class ClusterJournal(ClusterState state)
{
    /// <summary>Who acts when no person asked for it.</summary>
    public static readonly Actor Scheduler = Actor.System("scheduler");

    public static JournalSubject SubjectOf(TaskRecord task) => task.Subject with { TaskId = task.Id };

    /// <summary>By the scheduler itself.</summary>
    public void Append(JournalEvent happened, JournalSubject subject) => state.Append(happened, Scheduler, subject);

    public void Cluster(string what) => Cluster(what, Scheduler);

    public void Cluster(string what, Actor by) =>
        state.Append(new ClusterChanged(state.Cluster, what), by, new JournalSubject { Cluster = state.Cluster });

    public void Request(string requestId, string what, string detail, Change change) => state.Append(
        new RequestChanged(state.Cluster, requestId, what, detail, change.Reason, change.Until), change.By,
        SubjectOf(state.Requests[requestId]));

    /// <summary>A change of a request that the scheduler made by itself.</summary>
    public void Request(string requestId, string what, string detail, DateTimeOffset now) =>
        Request(requestId, what, detail, new Change(Scheduler, null, now, null));

    private JournalSubject SubjectOf(Request request) => new()
    {
        Cluster = state.Cluster,
        Deployable = request.Kind == RequestKind.RunOnce ? null : state.CurrentDeployOf(request)?.Spec.Subject.Deployable ?? request.Id,
    };
}
