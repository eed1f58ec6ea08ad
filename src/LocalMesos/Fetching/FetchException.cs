namespace Pipeline.LocalMesos.Fetching;

/// <summary>A URI could not be brought into the sandbox; the task fails, the cause stands in its stderr.</summary>
public sealed class FetchException(string message, Exception? inner = null) : Exception(message, inner);
