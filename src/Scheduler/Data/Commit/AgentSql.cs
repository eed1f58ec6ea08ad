using System.Text.Json;
using Pipeline.Scheduler.Core.Model;
using static Pipeline.Scheduler.Data.Commit.Columns;

namespace Pipeline.Scheduler.Data.Commit;

/// <summary>The agents of a commit: one upsert, whatever the number of rows.</summary>
internal static class AgentSql
{
    public const string Agents = """
        INSERT INTO scheduler.agent (cluster, id, host, address, url, rack, attributes, state, cpus, memory_mb, disk_mb, seen_at)
        SELECT @cluster, u.id, u.host, u.address, u.url, u.rack, u.attributes::jsonb, u.state, u.cpus, u.memory, u.disk, u.seen
          FROM unnest(@Id::text[], @Host::text[], @Address::text[], @Url::text[], @Rack::text[], @Attributes::text[], @State::text[],
                      @Cpus::numeric[], @Memory::numeric[], @Disk::numeric[], @Seen::timestamptz[])
               AS u(id, host, address, url, rack, attributes, state, cpus, memory, disk, seen)
        ON CONFLICT (cluster, id) DO UPDATE
           SET host = excluded.host, address = excluded.address, url = excluded.url, rack = excluded.rack, attributes = excluded.attributes,
               state = excluded.state, cpus = excluded.cpus, memory_mb = excluded.memory_mb, disk_mb = excluded.disk_mb,
                   seen_at = excluded.seen_at
        """;

    public static object AgentArguments(string cluster, AgentRecord[] rows) => new
    {
        cluster,
        Id = Column(rows, r => r.Id),
        Host = Column(rows, r => r.Host),
        Address = Column(rows, r => r.Address),
        Url = Column(rows, r => r.Url),
        Rack = Column(rows, r => r.Rack),
        Attributes = Column(rows, r => JsonSerializer.Serialize(r.Attributes)),
        State = Column(rows, r => r.State.ToString()),
        Cpus = Column(rows, r => r.Total.CpusValue),
        Memory = Column(rows, r => r.Total.MemoryValue),
        Disk = Column(rows, r => r.Total.DiskValue),
        Seen = Column(rows, r => r.SeenAt.UtcDateTime),
    };
}
