using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Scheduler.Tests;

/// <summary>The kinds of events that a journal of this slice's tests knows.</summary>
internal static class SchedulerKinds
{
    public static EventKinds All { get; } = new([.. KernelEventKinds.All, .. SchedulerEventKinds.All]);
}
