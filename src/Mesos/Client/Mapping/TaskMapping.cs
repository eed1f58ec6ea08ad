using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Client.Mapping;

/// <summary>From our task launches to the wire's.</summary>
internal static class TaskMapping
{
    public static TaskInfo From(TaskLaunch t, string agentId)
    {
        var info = new TaskInfo
        {
            Name = t.Name,
            TaskId = new TaskID { Value = t.TaskId },
            AgentId = new AgentID { Value = agentId },
            Resources = { Resources(t.Resources) },
            Command = Command(t),
            KillPolicy = new KillPolicy { GracePeriod = Duration(t.KillGrace) },
        };
        if (t.Labels.Count > 0)
            info.Labels = new Labels { Labels_ = { t.Labels.Select(l => new Label { Key = l.Key, Value = l.Value }) } };
        if (t.MaxCompletionTime is { } max)
            info.MaxCompletionTime = Duration(max);
        if (t.Health is { } health)
            info.HealthCheck = Health(health);
        if (t.Image is { } image)
            info.Container = Container(t, image);
        if (t.Limits?.Cpus is { } cpus)
            info.Limits.Add("cpus", new Value.Types.Scalar { Value = cpus });
        if (t.Limits?.MemoryMb is { } memory)
            info.Limits.Add("mem", new Value.Types.Scalar { Value = memory });
        return info;
    }

    public static DurationInfo Duration(TimeSpan span) => new() { Nanoseconds = span.Ticks * 100 };

    private static CommandInfo Command(TaskLaunch t)
    {
        var command = new CommandInfo { Value = t.Command, Shell = true };
        if (t.User is not null)
            command.User = t.User;
        foreach (var uri in t.Uris)
            command.Uris.Add(Uri(uri));
        if (t.Environment.Count > 0)
        {
            command.Environment = new Wire.Environment();
            foreach (var (name, value) in t.Environment)
                command.Environment.Variables.Add(new Wire.Environment.Types.Variable { Name = name, Value = value });
        }

        return command;
    }

    private static CommandInfo.Types.URI Uri(FetchUri uri)
    {
        var wire = new CommandInfo.Types.URI { Value = uri.Uri, Executable = uri.Executable, Extract = uri.Extract, Cache = uri.Cache };
        if (uri.OutputFile is not null)
            wire.OutputFile = uri.OutputFile;
        return wire;
    }

    // Without role and allocation_info: a master fills in those of the offer (recorded in 10).
    private static IEnumerable<Resource> Resources(TaskResources r)
    {
        if (r.Cpus > 0)
            yield return Scalar("cpus", r.Cpus);
        if (r.MemoryMb > 0)
            yield return Scalar("mem", r.MemoryMb);
        if (r.DiskMb > 0)
            yield return Scalar("disk", r.DiskMb);
        if (r.Ports.Count > 0)
            yield return new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges
                = new Value.Types.Ranges { Range = { Ranges(r.Ports) } } };
    }

    private static Resource Scalar(string name, decimal value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = (double)value } };

    private static List<Value.Types.Range> Ranges(IEnumerable<int> ports)
    {
        var ranges = new List<Value.Types.Range>();
        foreach (var port in ports.Order().Select(p => (ulong)p))
        {
            if (ranges.Count > 0 && ranges[^1].End + 1 >= port)
                ranges[^1].End = port;
            else
                ranges.Add(new Value.Types.Range { Begin = port, End = port });
        }

        return ranges;
    }

    private static Wire.HealthCheck Health(HealthCheck h)
    {
        var check = new Wire.HealthCheck
        {
            DelaySeconds = h.Delay.TotalSeconds,
            IntervalSeconds = h.Interval.TotalSeconds,
            TimeoutSeconds = h.Timeout.TotalSeconds,
            GracePeriodSeconds = h.Grace.TotalSeconds,
            ConsecutiveFailures = (uint)h.ConsecutiveFailures,
        };
        switch (h.Kind)
        {
            case HealthCheckKind.Http:
                check.Type = Wire.HealthCheck.Types.Type.Http;
                check.Http = new Wire.HealthCheck.Types.HTTPCheckInfo { Port = (uint)h.Port, Path = h.Path ?? "/", Scheme = h.Scheme
                    ?? "http" };
                break;
            case HealthCheckKind.Tcp:
                check.Type = Wire.HealthCheck.Types.Type.Tcp;
                check.Tcp = new Wire.HealthCheck.Types.TCPCheckInfo { Port = (uint)h.Port };
                break;
        }

        return check;
    }

    // Without a network name it is the agent's own, so that the ports of the offer are the ports of the task.
    private static ContainerInfo Container(TaskLaunch t, string image)
    {
        var container = t.Container == ContainerKind.Docker
            ? new ContainerInfo
            {
                Type = ContainerInfo.Types.Type.Docker,
                Docker = new ContainerInfo.Types.DockerInfo { Image = image, Network = ContainerInfo.Types.DockerInfo.Types.Network.Host },
            }
            : new ContainerInfo
            {
                Type = ContainerInfo.Types.Type.Mesos,
                Mesos = new ContainerInfo.Types.MesosInfo
                {
                    Image = new Image { Type = Image.Types.Type.Docker, Docker = new Image.Types.Docker { Name = image } },
                },
            };
        container.Volumes.AddRange(t.Volumes.Select(v => new Volume
        {
            HostPath = v.Path, ContainerPath = v.Path, Mode = v.ReadOnly ? Volume.Types.Mode.Ro : Volume.Types.Mode.Rw,
        }));
        return container;
    }
}
