using Pipeline.Scheduler.Core.Messages;
using static Pipeline.Scheduler.Data.Commit.Columns;

namespace Pipeline.Scheduler.Data.Commit;

/// <summary>The status updates and probe results of a commit: they are only ever appended.</summary>
internal static class TaskHistorySql
{
    /// <summary>Updates of tasks that are not ours are left out; one that came twice is kept once.</summary>
    public const string Statuses = """
        INSERT INTO scheduler.task_status (task_id, at, state, source, reason, message, healthy, uuid)
        SELECT u.task, u.at, u.state, u.source, u.reason, u.message, u.healthy, u.uuid
          FROM unnest(@Task::text[], @At::timestamptz[], @State::text[], @Source::text[], @Reason::text[], @Message::text[],
              @Healthy::boolean[], @Uuid::bytea[])
               WITH ORDINALITY AS u(task, at, state, source, reason, message, healthy, uuid, position)
         WHERE EXISTS (SELECT 1 FROM scheduler.task t WHERE t.id = u.task)
         ORDER BY u.position
        ON CONFLICT (task_id, uuid, at) DO NOTHING
        """;

    public const string Probes = """
        INSERT INTO scheduler.probe (task_id, at, duration_ms, passed, status, detail)
        SELECT u.task, u.at, u.duration, u.passed, u.status, u.detail
          FROM unnest(@Task::text[], @At::timestamptz[], @Duration::float8[], @Passed::boolean[], @Status::int[], @Detail::text[])
               AS u(task, at, duration, passed, status, detail)
        """;

    public static object StatusArguments(IReadOnlyList<TaskUpdateRow> rows) => new
    {
        Task = Column(rows, r => r.Status.TaskId),
        At = Column(rows, r => r.At.UtcDateTime),
        State = Column(rows, r => r.Status.State.ToString()),
        Source = Column(rows, r => r.Status.Source),
        Reason = Column(rows, r => r.Status.Reason),
        Message = Column(rows, r => r.Status.Message),
        Healthy = Column(rows, r => r.Status.Healthy),
        Uuid = Column(rows, r => r.Status.Uuid),
    };

    public static object ProbeArguments(IReadOnlyList<ProbeCompleted> rows) => new
    {
        Task = Column(rows, r => r.TaskId),
        At = Column(rows, r => r.At.UtcDateTime),
        Duration = Column(rows, r => r.Took.TotalMilliseconds),
        Passed = Column(rows, r => r.Passed),
        Status = Column(rows, r => r.Status),
        Detail = Column(rows, r => r.Detail),
    };
}
