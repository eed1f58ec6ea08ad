namespace Pipeline.LocalMesos.Containers;

/// <summary>A container that cannot be made or started; the message names the image.</summary>
public sealed class ContainerException(string message, Exception? inner = null) : Exception(message, inner);
