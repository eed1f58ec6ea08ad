using System.Text.Json;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Tasks;

namespace Pipeline.LocalMesos;

/// <summary>The ids of the agents, kept in the work directory, so that frameworks see the same cluster after a restart.</summary>
internal static class ClusterIdentity
{
    private sealed record Stored(string ClusterId, int Next, List<AgentIdentity> Agents);

    /// <summary>The cluster's id, and one identity for each agent that the options ask for; known hostnames keep theirs.</summary>
    public static (string ClusterId, IReadOnlyList<AgentIdentity> Agents) Load(LocalMesosOptions options)
    {
        var path = Path.Combine(options.WorkDirectory, "cluster.json");
        var stored = File.Exists(path) ? JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(path))! : new Stored(Ids.Uuid(), 0, []);
        var next = stored.Next;
        var result = new List<AgentIdentity>();
        foreach (var rack in options.Racks)
        {
            for (var n = 1; n <= rack.Agents; n++)
            {
                var hostname = options.AgentHostname ?? $"{rack.Rack}-a{n:00}";
                result.Add(stored.Agents.Find(a => a.Hostname == hostname)
                    ?? new AgentIdentity($"{stored.ClusterId}-S{next++}", hostname, rack.Rack));
            }
        }

        var all = stored.Agents.UnionBy(result, a => a.Hostname).ToList();
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(stored with { Next = next, Agents = all }));
        return (stored.ClusterId, result);
    }
}
