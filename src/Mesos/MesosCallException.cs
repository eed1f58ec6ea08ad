using System.Net;

namespace Pipeline.Mesos;

/// <summary>The master rejected a call, or could not be reached.</summary>
public sealed class MesosCallException : Exception
{
    /// <param name="status">Null when no answer came at all.</param>
    public MesosCallException(HttpStatusCode? status, string body, Exception? inner = null)
        : base(status is { } s ? $"The master answered {(int)s}: {body}" : body, inner) =>
        (Status, Body) = (status, body);

    /// <summary>Null when no answer came at all (no connection, time-out, not subscribed).</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The master's own sentence, or what went wrong on the way to it.</summary>
    public string Body { get; }
}
