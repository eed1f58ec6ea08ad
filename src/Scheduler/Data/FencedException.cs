namespace Pipeline.Scheduler.Data;

/// <summary>Another process leads the cluster: this one may write and send nothing any more.</summary>
internal sealed class FencedException(string message, Exception? cause = null) : Exception(message, cause)
{
    public FencedException(string cluster, long epoch)
        : this($"Epoch {epoch} of cluster {cluster} is over: another server leads it.")
    {
    }
}
