namespace Pipeline.TaskRunner.Runtime;

/// <summary>Not the fault of what is built or run: the task ends with <see cref="ExitCodes.Infra"/>.</summary>
internal sealed class InfraException(string message, Exception? inner = null) : Exception(message, inner);
