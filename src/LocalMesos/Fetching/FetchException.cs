namespace Pipeline.LocalMesos.Fetching;

/// <summary>A URI could not be fetched: the task fails, and its stderr says why.</summary>
internal sealed class FetchException(string message, Exception? inner = null) : Exception(message, inner);
