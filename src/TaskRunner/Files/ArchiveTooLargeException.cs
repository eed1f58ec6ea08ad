namespace Pipeline.TaskRunner.Files;

/// <summary>The archive is in order, and unpacks to more than there is room for.</summary>
internal sealed class ArchiveTooLargeException(string message) : Exception(message);
