using Pipeline.Mesos.Client.Mapping;
using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Tests;

/// <summary>Containers and limits, of which there is no recording: their place on the wire is that of mesos.proto.</summary>
public sealed class TaskMappingTests
{
    private static readonly TaskLaunch Plain = new(
        "t", "t", new TaskResources(0.5m, 64, 0, []), "true", new Dictionary<string, string>(), [], new Dictionary<string, string>(),
        TimeSpan.FromSeconds(3), null, null, null, null);

    [Fact]
    public void Limits_stand_beside_the_resources_and_infinity_is_none()
    {
        var task = TaskMapping.From(Plain with { Limits = new TaskLimits(1.5, double.PositiveInfinity) }, "a");

        Assert.Equal((1.5, double.PositiveInfinity), (task.Limits["cpus"].Value, task.Limits["mem"].Value));
        Assert.Equal([0.5, 64], task.Resources.Select(r => r.Scalar.Value));
        Assert.Empty(TaskMapping.From(Plain, "a").Limits);
        Assert.Equal(15, TaskInfo.LimitsFieldNumber);
    }

    [Theory]
    [InlineData(ContainerKind.Mesos)]
    [InlineData(ContainerKind.Docker)]
    public void An_image_runs_in_the_agents_network_and_sees_the_named_files_only(ContainerKind kind)
    {
        var container = TaskMapping.From(
            Plain with
            {
                Image = "debian:12", Container = kind,
                Volumes =
                    [new ContainerVolume("/etc/pipeline", ReadOnly: true), new ContainerVolume("/var/lib/pipeline-agent", ReadOnly: false)],
            },
            "a").Container;

        Assert.Equal("debian:12", kind == ContainerKind.Mesos ? container.Mesos.Image.Docker.Name : container.Docker.Image);
        Assert.Equal(kind.ToString(), container.Type.ToString());
        Assert.Empty(container.NetworkInfos);
        if (kind == ContainerKind.Docker)
            Assert.Equal(ContainerInfo.Types.DockerInfo.Types.Network.Host, container.Docker.Network);
        Assert.Equal(
            [
                ("/etc/pipeline", "/etc/pipeline", Volume.Types.Mode.Ro),
                ("/var/lib/pipeline-agent", "/var/lib/pipeline-agent", Volume.Types.Mode.Rw)
            ],
            container.Volumes.Select(v => (v.HostPath, v.ContainerPath, v.Mode)));
    }
}
