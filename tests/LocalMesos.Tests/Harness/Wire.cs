using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Harness;

/// <summary>Short ways to write messages.</summary>
internal static class Wire
{
    public static W.Resource Scalar(string name, double value) => new()
    {
        Name = name, Type = W.Value.Types.Type.Scalar, Scalar = new W.Value.Types.Scalar { Value = value },
    };

    public static W.Resource Ports(params (ulong From, ulong To)[] ranges) => new()
    {
        Name = "ports", Type = W.Value.Types.Type.Ranges,
        Ranges = new W.Value.Types.Ranges { Range = { ranges.Select(r => new W.Value.Types.Range { Begin = r.From, End = r.To }) } },
    };

    /// <summary>Dynamically reserved for a role.</summary>
    public static W.Resource Reserved(this W.Resource resource, string role)
    {
        resource.Reservations.Add(new W.Resource.Types.ReservationInfo
        {
            Role = role, Type = W.Resource.Types.ReservationInfo.Types.Type.Dynamic,
        });
        return resource;
    }

    public static W.TaskInfo Task(string id, string agentId, double cpus = 1, double memory = 128) => new()
    {
        Name = id, TaskId = new W.TaskID { Value = id }, AgentId = new W.AgentID { Value = agentId },
        Resources = { Scalar("cpus", cpus), Scalar("mem", memory) }, Command = new W.CommandInfo { Value = "true" },
    };

    public static double Amount(IEnumerable<W.Resource> resources, string name) =>
        resources.Where(r => r.Name == name && r.Scalar is not null).Sum(r => r.Scalar.Value);
}
