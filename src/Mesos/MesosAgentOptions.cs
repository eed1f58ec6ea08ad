namespace Pipeline.Mesos;

/// <summary>How to reach the agents of one cluster. The URLs in offers say whether they use TLS.</summary>
public sealed record MesosAgentOptions
{
    /// <summary>Of HTTP Basic authentication; null for agents that require none.</summary>
    public string? Principal { get; init; }

    /// <summary>Of the principal.</summary>
    public string? Secret { get; init; }

    /// <summary>A PEM file of the certificate authorities to trust; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>The secret stays out of logs that print the options.</summary>
    public override string ToString() => $"as {Principal ?? "nobody"}";
}
