namespace Pipeline.TaskRunner.Runtime;

/// <summary>Not the fault of what is built or run: the task ends with <see cref="ExitCodes.Infra"/>.</summary>
internal class InfraException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The agent's disk is full or broken: the server is there, and is told.</summary>
internal sealed class AgentDiskException(Exception cause) : InfraException($"The agent's disk: {cause.Message}", cause);
