namespace Pipeline.TaskRunner.Files;

/// <summary>The archive would have written, or pointed, outside of its folder, or is no archive.</summary>
internal sealed class HostileArchiveException(string message, Exception? inner = null) : Exception(message, inner);
