using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>One client for the agents of each cluster: each has its own credentials and authorities.</summary>
internal sealed class AgentClients(IOptions<SchedulerOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<MesosAgentClient>> clients = new(StringComparer.Ordinal);

    /// <exception cref="MesosCallException">The CA file of the cluster cannot be read.</exception>
    public MesosAgentClient Of(string cluster) => clients.GetOrAdd(
        cluster, name => new Lazy<MesosAgentClient>(() => Make(name), LazyThreadSafetyMode.PublicationOnly)).Value;

    public void Dispose()
    {
        foreach (var client in clients.Values.Where(c => c.IsValueCreated))
            client.Value.Dispose();
    }

    private MesosAgentClient Make(string cluster) => new(options.Value.Clusters.TryGetValue(cluster, out var own)
        ? new MesosAgentOptions { Principal = own.AgentPrincipal, Secret = own.AgentSecret, CaFile = own.AgentCaFile ?? own.CaFile }
        : new MesosAgentOptions());
}
