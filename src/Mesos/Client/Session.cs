namespace Pipeline.Mesos.Client;

/// <summary>What calls need to know about the current subscription.</summary>
internal sealed record Session(Uri Master, string StreamId, string FrameworkId);
