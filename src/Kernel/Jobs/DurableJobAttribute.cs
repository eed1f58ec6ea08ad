namespace Pipeline.Kernel.Jobs;

/// <summary>
/// For a job whose work no row of its slice waits for: each call is a row from the transaction that enqueues it until the job
/// succeeded, so that a call whose Hangfire job is lost is started again.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DurableJobAttribute : Attribute;
