namespace Pipeline.Scheduler.Loop;

/// <summary>Another process took the cluster over: nothing of ours may be written or sent any more.</summary>
public sealed class FencedException(string message, Exception? cause = null) : Exception(message, cause)
{
    public FencedException(string cluster, long epoch)
        : this($"Epoch {epoch} of cluster {cluster} is over: another server leads it.")
    {
    }
}
