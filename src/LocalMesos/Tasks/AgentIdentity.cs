namespace Pipeline.LocalMesos.Tasks;

/// <summary>What stays the same when the cluster is started again.</summary>
internal sealed record AgentIdentity(string Id, string Hostname, string Rack);
