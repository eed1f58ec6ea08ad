namespace Pipeline.Mesos;

/// <summary>How we speak to the agents of one cluster. Whether by TLS, their addresses in offers say.</summary>
public sealed record MesosAgentOptions
{
    /// <summary>Of HTTP Basic authentication; null for agents that ask for none.</summary>
    public string? Principal { get; init; }

    public string? Secret { get; init; }

    /// <summary>A PEM file of the authorities that the agents' certificates are checked against; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>The secret stays out of logs that print the options.</summary>
    public override string ToString() => $"as {Principal ?? "nobody"}";
}
