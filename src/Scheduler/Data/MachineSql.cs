using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Data;

/// <summary>The part of a group commit that is about agents, racks and reasons.</summary>
internal static class MachineSql
{
    public const string RemoveAgents = "DELETE FROM scheduler.agent WHERE cluster = @cluster AND id = ANY(@ids)";

    public const string ForgetWhys = "DELETE FROM scheduler.why WHERE cluster = @cluster";

    private const string Machines = """
        INSERT INTO scheduler.machine (cluster, kind, name, state, payload)
        SELECT @cluster, u.kind, u.name, u.state, u.payload::jsonb
          FROM unnest(@Kind::text[], @Name::text[], @State::text[], @Payload::text[]) AS u(kind, name, state, payload)
        ON CONFLICT (cluster, kind, name) DO UPDATE SET state = excluded.state, payload = excluded.payload
        """;

    private const string RemoveMachine = "DELETE FROM scheduler.machine WHERE cluster = @cluster AND kind = @kind AND name = @name";

    private const string Forced = """
        INSERT INTO scheduler.forced_placement (cluster, payload) VALUES (@cluster, @payload::jsonb)
        ON CONFLICT (cluster) DO UPDATE SET payload = excluded.payload
        """;

    private const string Whys = """
        INSERT INTO scheduler.why (cluster, key, summary, blockers, at)
        SELECT @cluster, u.key, u.summary, u.blockers::jsonb, u.at
          FROM unnest(@Key::text[], @Summary::text[], @Blockers::text[], @At::timestamptz[]) AS u(key, summary, blockers, at)
        ON CONFLICT (cluster, key) DO UPDATE SET summary = excluded.summary, blockers = excluded.blockers, at = excluded.at
        """;

    private const string RemoveWhys = "DELETE FROM scheduler.why WHERE cluster = @cluster AND key = ANY(@keys)";

    public static IEnumerable<(string Sql, object Arguments)> Statements(string cluster, Effects effects)
    {
        if (effects.RemovedAgents.Count > 0)
            yield return (RemoveAgents, new { cluster, ids = effects.RemovedAgents.ToArray() });
        if (effects.Machines.Count > 0)
            yield return (Machines, MachineArguments(cluster, [.. effects.Machines.Values]));
        foreach (var (kind, name) in effects.RemovedMachines)
            yield return (RemoveMachine, new { cluster, kind = kind.ToString(), name });
        if (effects.Forced is { } forced)
            yield return (Forced, new { cluster, payload = JsonSerializer.Serialize(forced, StoredJson.Options) });
        if (effects.ForgetWhys)
            yield return (ForgetWhys, new { cluster });
        var known = effects.Whys.Values.OfType<WhyReport>().ToArray();
        if (known.Length > 0)
            yield return (Whys, WhyArguments(cluster, known));
        var gone = effects.Whys.Where(w => w.Value is null).Select(w => w.Key).ToArray();
        if (gone.Length > 0)
            yield return (RemoveWhys, new { cluster, keys = gone });
    }

    private static object MachineArguments(string cluster, MachineRecord[] rows) => new
    {
        cluster,
        Kind = Array.ConvertAll(rows, r => r.Kind.ToString()),
        Name = Array.ConvertAll(rows, r => r.Name),
        State = Array.ConvertAll(rows, r => r.State.ToString()),
        Payload = Array.ConvertAll(rows, r => JsonSerializer.Serialize(r, StoredJson.Options)),
    };

    private static object WhyArguments(string cluster, WhyReport[] rows) => new
    {
        cluster,
        Key = Array.ConvertAll(rows, r => r.Key),
        Summary = Array.ConvertAll(rows, r => r.Summary),
        Blockers = Array.ConvertAll(rows, r => JsonSerializer.Serialize(r.Blockers, StoredJson.Options)),
        At = Array.ConvertAll(rows, r => r.At.UtcDateTime),
    };
}
