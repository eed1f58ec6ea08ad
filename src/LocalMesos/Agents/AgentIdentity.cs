namespace Pipeline.LocalMesos.Agents;

/// <summary>What stays the same when the cluster is started again.</summary>
public sealed record AgentIdentity(string Id, string Hostname, string Rack);
