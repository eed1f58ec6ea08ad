namespace Pipeline.Scheduler.Loop;

/// <summary>Another process took the cluster over: nothing of ours may be written or sent any more.</summary>
public sealed class FencedException(string cluster, long epoch)
    : Exception($"Epoch {epoch} of cluster {cluster} is over: another server leads it.");
