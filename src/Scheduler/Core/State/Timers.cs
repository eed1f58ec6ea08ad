namespace Pipeline.Scheduler.Core.State;

/// <summary>One wake-up per kind and id. Due ones come in the order of time, kind, id: the same for the same history.</summary>
internal sealed class Timers
{
    private static readonly Comparer<(DateTimeOffset At, TimerKind Kind, string Id)> Order = Comparer<(DateTimeOffset At, TimerKind Kind,
        string Id)>.Create(
        (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind) : string.CompareOrdinal(a.Id, b.Id));

    private static readonly TimerKind[] OfTask =
    [
        TimerKind.Launch, TimerKind.Kill, TimerKind.Unreachable, TimerKind.Startup, TimerKind.Probe, TimerKind.Overtime,
            TimerKind.NotBefore,
        TimerKind.NotStarted, TimerKind.Settled, TimerKind.Late,
    ];

    private static readonly TimerKind[] OfRequest = [TimerKind.Override, TimerKind.Cooldown, TimerKind.Fire, TimerKind.OldRuns];

    private readonly Dictionary<(TimerKind, string), DateTimeOffset> byKey = [];
    private readonly SortedSet<(DateTimeOffset At, TimerKind Kind, string Id)> order = new(Order);

    public DateTimeOffset? Next => order.Count == 0 ? null : order.Min.At;

    public bool IsSet(TimerKind kind, string id) => byKey.ContainsKey((kind, id));

    public void Set(TimerKind kind, string id, DateTimeOffset at)
    {
        Cancel(kind, id);
        byKey[(kind, id)] = at;
        order.Add((at, kind, id));
    }

    public void Cancel(TimerKind kind, string id)
    {
        if (byKey.Remove((kind, id), out var at))
            order.Remove((at, kind, id));
    }

    public void CancelTask(string id) => Cancel(OfTask, id);

    public void CancelRequest(string id) => Cancel(OfRequest, id);

    private void Cancel(TimerKind[] kinds, string id)
    {
        foreach (var kind in kinds)
            Cancel(kind, id);
    }

    public bool TryTakeDue(DateTimeOffset now, out TimerKind kind, out string id)
    {
        (kind, id) = (default, "");
        if (order.Count == 0 || order.Min.At > now)
            return false;
        (_, kind, id) = order.Min;
        Cancel(kind, id);
        return true;
    }
}
