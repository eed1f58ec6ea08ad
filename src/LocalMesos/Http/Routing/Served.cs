namespace Pipeline.LocalMesos.Http.Routing;

/// <summary>Endpoint metadata: which listeners serve the endpoint. Master and agents have a port each.</summary>
internal sealed record Served(bool ByMaster)
{
    public static readonly Served OnMasterPort = new(true);
    public static readonly Served OnAgentPorts = new(false);
}

/// <summary>Endpoint metadata: a master answers even when it does not lead.</summary>
internal sealed record AnsweredWithoutLeading;
