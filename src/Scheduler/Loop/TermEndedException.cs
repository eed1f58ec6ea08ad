namespace Pipeline.Scheduler.Loop;

/// <summary>The term is over by our own wish: the next begins at once, from the rows.</summary>
internal sealed class TermEndedException(string reason, Exception? cause = null) : Exception(reason, cause);
