using Pipeline.LocalMesos.Containers;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Containers;

/// <summary>What a Docker engine is asked to create for a task.</summary>
public sealed class ContainerLaunchTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void The_sandbox_is_mounted_and_the_work_directory_marks_the_container()
    {
        var parameters = Launch(Task()).ToParameters("/work");

        Assert.Equal(("mesos-c1", "busybox:1", "/mnt/mesos/sandbox"), (parameters.Name, parameters.Image, parameters.WorkingDir));
        Assert.Equal(["/sandbox:/mnt/mesos/sandbox"], parameters.HostConfig!.Binds!);
        Assert.Equal("/work", parameters.Labels!["pipeline.localmesos"]);
        Assert.Equal(("host", "host"), (parameters.HostConfig.NetworkMode, parameters.HostConfig.PidMode));
    }

    [Fact]
    public void The_environment_is_the_tasks_but_for_paths_of_the_host()
    {
        var parameters = Launch(Task()).ToParameters("/work");
        Assert.Equal(["A=b", "MESOS_SANDBOX=/mnt/mesos/sandbox"], parameters.Env!);
    }

    [Fact]
    public void Requests_are_shares_and_limits_as_well()
    {
        var host = Launch(Task()).ToParameters("/work").HostConfig!;
        Assert.Equal((48 * Megabyte, 48 * Megabyte, 48 * Megabyte), (host.MemoryReservation, host.Memory, host.MemorySwap));
        Assert.Equal((512L, 500_000_000L), (host.CPUShares, host.NanoCPUs));
    }

    [Fact]
    public void Limits_of_the_task_replace_its_requests()
    {
        var task = Task();
        task.Limits.Add("mem", new W.Value.Types.Scalar { Value = 96 });
        task.Limits.Add("cpus", new W.Value.Types.Scalar { Value = double.PositiveInfinity });
        var host = Launch(task).ToParameters("/work").HostConfig!;

        Assert.Equal((48 * Megabyte, 96 * Megabyte), (host.MemoryReservation, host.Memory));
        Assert.Equal((512L, 0L), (host.CPUShares, host.NanoCPUs));
    }

    [Fact]
    public void A_tiny_share_is_rounded_up_to_what_the_kernel_accepts()
    {
        var task = Task();
        task.Resources[0].Scalar.Value = 0.001;
        Assert.Equal(2, Launch(task).ToParameters("/work").HostConfig!.CPUShares);
    }

    [Fact]
    public void Without_resources_there_are_no_limits()
    {
        var task = Task();
        task.Resources.Clear();
        var host = Launch(task).ToParameters("/work").HostConfig!;
        Assert.Equal((0L, 0L, 0L), (host.Memory, host.NanoCPUs, host.CPUShares));
    }

    [Theory]
    [InlineData(W.Volume.Types.Mode.Rw, "/host:/inside")]
    [InlineData(W.Volume.Types.Mode.Ro, "/host:/inside:ro")]
    public void Volumes_of_the_host_are_mounted(object mode, string bind)
    {
        var task = Task();
        task.Container.Volumes.Add(new W.Volume { HostPath = "/host", ContainerPath = "/inside", Mode = (W.Volume.Types.Mode)mode });
        task.Container.Volumes.Add(new W.Volume { ContainerPath = "/no-host-path", Mode = W.Volume.Types.Mode.Rw });
        Assert.Equal(bind, Assert.Single(Launch(task).ToParameters("/work").HostConfig!.Binds!.Skip(1)));
    }

    [Fact]
    public void Both_containerizers_name_an_image()
    {
        var docker = new W.ContainerInfo { Docker = new W.ContainerInfo.Types.DockerInfo { Image = "d" } };
        Assert.Equal(
            ("d", "busybox:1", null),
            (ContainerLaunch.ImageOf(docker), ContainerLaunch.ImageOf(Task().Container), ContainerLaunch.ImageOf(null)));
        Assert.Null(ContainerLaunch.ImageOf(new W.ContainerInfo()));
    }

    [Theory]
    [InlineData("busybox", "busybox:latest")]
    [InlineData("busybox:1", "busybox:1")]
    [InlineData("localhost:5000/busybox", "localhost:5000/busybox:latest")]
    [InlineData("localhost:5000/busybox:1", "localhost:5000/busybox:1")]
    [InlineData("busybox@sha256:abc", "busybox@sha256:abc")]
    public void An_image_without_a_tag_is_the_latest(string image, string pulled) => Assert.Equal(pulled, ImageStore.WithTag(image));

    [Theory]
    [InlineData(0, 0, "Command exited with status 0")]
    [InlineData(3, 3, "Command exited with status 3")]
    [InlineData(128, 128, "Command exited with status 128")]
    [InlineData(137, null, "Command terminated with signal Killed")]
    [InlineData(143, null, "Command terminated with signal Terminated")]
    [InlineData(160, 160, "Command exited with status 160")]
    [InlineData(255, 255, "Command exited with status 255")]
    public void An_exit_status_above_128_is_a_signal(int status, int? code, string message)
    {
        var end = Container.Exited(status);
        Assert.Equal((code, message), (end.ExitCode, end.Message));
    }

    [Fact]
    public void Out_of_memory_names_the_limit()
    {
        var end = Container.OutOfMemory(32.5);
        Assert.Equal("Memory limit exceeded: Requested: 32.5MB Maximum Used: 32.5MB", end.Message);
        Assert.Equal(W.TaskStatus.Types.Reason.ContainerLimitationMemory, end.Reason);
    }

    [Fact]
    public async Task Without_an_engine_there_are_no_orphans_and_no_containers()
    {
        using var engine = new ContainerEngine("/no/such/socket", "/work");
        Assert.Equal(0, await engine.RemoveOrphansAsync(TestContext.Current.CancellationToken));
        var failed = await Assert.ThrowsAsync<ContainerException>(
            () => engine.StartAsync(Launch(Task()), TestContext.Current.CancellationToken));
        Assert.StartsWith(
            "Failed to launch container: image 'busybox:1': no Docker engine answers", failed.Message, StringComparison.Ordinal);
    }

    private static ContainerLaunch Launch(W.TaskInfo task) => new(
        task, new Sandbox("/sandbox"), "c1",
        new Dictionary<string, string> { ["PATH"] = "x", ["PWD"] = "x", ["MESOS_SANDBOX"] = "x", ["A"] = "b" });

    private static W.TaskInfo Task()
    {
        var task = Wire.Task("t", "a", cpus: 0.5, memory: 48);
        task.Container = new W.ContainerInfo
        {
            Mesos = new W.ContainerInfo.Types.MesosInfo
            {
                Image = new W.Image { Docker = new W.Image.Types.Docker { Name = "busybox:1" } },
            },
        };
        return task;
    }
}
