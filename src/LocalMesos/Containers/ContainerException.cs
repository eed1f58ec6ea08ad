namespace Pipeline.LocalMesos.Containers;

/// <summary>A container cannot be created or started; the message names the image.</summary>
internal sealed class ContainerException(string message, Exception? inner = null) : Exception(message, inner);
