namespace Pipeline.LocalMesos.Tasks;

/// <summary>A task cannot be launched; the message becomes that of its status.</summary>
internal sealed class LaunchException(string message, Exception inner) : Exception(message, inner);
