namespace Pipeline.LocalMesos.Protocol;

/// <summary>A call that a real master or agent rejects. The message is the body of the answer, word for word as Mesos writes it.</summary>
internal sealed class CallRejectedException(int status, string text) : Exception(text)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;
}
