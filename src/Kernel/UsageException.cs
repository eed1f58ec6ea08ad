namespace Pipeline.Kernel;

/// <summary>The person at the terminal can mend it: shown without a stack trace, exit code 2.</summary>
public sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
