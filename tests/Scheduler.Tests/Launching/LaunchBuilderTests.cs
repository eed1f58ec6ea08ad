using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Launching;

/// <summary>What a launch becomes on the wire.</summary>
public sealed class LaunchBuilderTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pipeline-launch-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact, Trait("fact", "141")]
    public void The_command_is_ours_and_what_people_write_reaches_it_by_its_spec_only()
    {
        var task = Built(Machine.Job("r1"), new RunDetails("a", true, null)
        {
            Arguments = ["$(reboot)", "two words"], Environment = new Dictionary<string, string> { ["DAY"] = "monday" },
        });
        Assert.Equal("./taskrunner", task.Command);
        Assert.DoesNotContain("DAY", task.Environment.Keys);
        Assert.Equal(("taskrunner", true), (task.Uris.Single().OutputFile, task.Uris.Single().Executable));
    }

    [Fact, Trait("fact", "141")]
    public void Ports_are_given_by_index_and_the_reserved_variables_are_the_schedulers()
    {
        var task = Built(Machine.Web("v1") with { Needs = new ResourceNeed(0.5m, 256, 100, 3) });
        Assert.Equal(["31000", "31000", "31001", "31002"], new[] { "PORT", "PORT0", "PORT1", "PORT2" }.Select(p => task.Environment[p]));
        Assert.Equal([31000, 31001, 31002], task.Resources.Ports);
        Assert.Equal(("v1.1.1", "1", "rack1", "10.0.0.1", "test"),
            (task.Environment["TASK_ID"], task.Environment["INSTANCE_NO"], task.Environment["TASK_RACK_ID"], task.Environment["TASK_HOST"],
                task.Environment["PIPELINE_CLUSTER"]));
        Assert.Equal(task.Environment.Keys.Order(), TaskEnvironment.KeysFor(3).Order());
    }

    [Fact, Trait("fact", "141")]
    public void A_task_with_an_image_runs_in_it_and_one_without_beside_the_agent()
    {
        Assert.Equal("debian:trixie", Built(Machine.Web("v1") with { Image = "debian:trixie" }).Image);
        Assert.Null(Built(Machine.Web("v1")).Image);
    }

    [Fact]
    public void The_program_is_fetched_from_this_server_by_its_digest_and_cached()
    {
        var uri = Built(Machine.Web("v1")).Uris.Single();
        Assert.Matches("^http://pipeline.example/runner/v1/taskrunner/sha256:[0-9a-f]{64}$", uri.Uri);
        Assert.Equal((true, false), (uri.Cache, uri.Extract));
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData(2.0, null, 2.0, null)]
    [InlineData(null, 512.0, null, 512.0)]
    [InlineData(0.5, 256.0, 0.5, 256.0)]
    public void A_limit_is_sent_as_it_is_given(double? cpus, double? memory, double? cpuLimit, double? memoryLimit)
    {
        var limits = Built(With(new DeployOptions { Limits = new Limits((decimal?)cpus, (decimal?)memory) })).Limits;
        Assert.Equal((cpuLimit, memoryLimit), (limits?.Cpus, limits?.MemoryMb));
    }

    [Fact]
    public void A_run_that_needs_more_than_the_limit_of_its_deploy_gets_what_it_needs()
    {
        var job = Machine.Job("r1", new DeployOptions { Limits = new Limits(1, 256) });
        var limits = Built(job, new RunDetails("a", true, null), needs: new ResourceNeed(2, 512, 10, 0)).Limits!;
        Assert.Equal((2, 512), (limits.Cpus, limits.MemoryMb));
    }

    [Fact]
    public void Unlimited_is_infinity_on_the_wire() =>
        Assert.Equal(double.PositiveInfinity, Built(With(new DeployOptions { Limits = new Limits(Limits.Unlimited) })).Limits!.Cpus);

    [Fact]
    public void Liveness_follows_readiness_but_is_more_patient()
    {
        var health = Built(Machine.Web("v1", readiness: Machine.Ready with { Interval = TimeSpan.FromSeconds(1) })).Health!;
        Assert.Equal((Mesos.HealthCheckKind.Http, 31000, "/healthz", "http"), (health.Kind, health.Port, health.Path, health.Scheme));
        Assert.Equal((TimeSpan.FromSeconds(5), 5, TimeSpan.FromSeconds(60)), (health.Interval, health.ConsecutiveFailures, health.Grace));
    }

    [Fact]
    public void Liveness_has_settings_of_its_own()
    {
        var options = new DeployOptions
        {
            Liveness = new Liveness(Interval: TimeSpan.FromSeconds(30), Failures: 2, HttpPath: "/live"),
                Probing = new Probing(Https: true, PortNumber: 8443),
        };
        var health = Built(With(options) with { Readiness = Machine.Ready }).Health!;
        Assert.Equal(("/live", "https", 8443, 2), (health.Path, health.Scheme, health.Port, health.ConsecutiveFailures));
        Assert.Equal(TimeSpan.FromSeconds(30), health.Interval);
    }

    [Fact]
    public void A_check_by_connection_has_neither_path_nor_scheme()
    {
        var health = Built(Machine.Web("v1", readiness: Machine.Ready with { HttpPath = null })).Health!;
        Assert.Equal((Mesos.HealthCheckKind.Tcp, (string?)null, (string?)null), (health.Kind, health.Path, health.Scheme));
    }

    [Fact]
    public void Without_readiness_or_with_liveness_switched_off_the_agent_checks_nothing()
    {
        Assert.Null(Built(Machine.Web("v1")).Health);
        Assert.Null(Built(With(new DeployOptions { Liveness = new Liveness(Enabled: false) }) with { Readiness = Machine.Ready }).Health);
    }

    [Fact]
    public void A_container_sees_what_its_deploy_is_verified_by_and_nothing_else_of_its_agent()
    {
        var options = new SchedulerOptions { PublicUrl = "http://pipeline.example", TaskUser = "runner" };
        options.Clusters["test"] = new ClusterOptions
        {
            Containers = new ContainerOptions
            {
                Engine = Mesos.ContainerKind.Docker, TrustPath = "/etc/pipeline/trust.json", StatePath = "/var/lib/pipeline",
                    Stages = "qa,production",
            },
        };
        var task = Built(Machine.Web("v1") with { Image = "debian:trixie" }, options: options);
        Assert.Equal([("/etc/pipeline", true), ("/var/lib/pipeline", false)], task.Volumes.Select(v => (v.Path, v.ReadOnly)));
        Assert.Equal(("/etc/pipeline/trust.json", "/var/lib/pipeline", "qa,production"),
            (task.Environment["PIPELINE_TRUST"], task.Environment["PIPELINE_STATE"], task.Environment["PIPELINE_STAGES"]));
        Assert.Equal((Mesos.ContainerKind.Docker, "runner"), (task.Container, task.User));
        Assert.Contains("MESOS_SANDBOX", task.Command, StringComparison.Ordinal);

        var beside = Built(Machine.Web("v1"), options: options);
        Assert.Empty(beside.Volumes);
        Assert.DoesNotContain("PIPELINE_TRUST", beside.Environment.Keys);
    }

    [Fact]
    public void Without_the_program_nothing_can_be_launched()
    {
        var builder = new LaunchBuilder(
            new SchedulerOptions(), ServerKey.LoadOrCreate(Path.Combine(directory, "server.key")), new RunnerBinary("/nowhere"), "test");
        Assert.Throws<InvalidOperationException>(builder.RequireRunner);
    }

    private static DeploySubmission With(DeployOptions options) => Machine.Web("v1") with { Options = options };

    private Mesos.TaskLaunch Built(DeploySubmission deploy, RunDetails? run = null, SchedulerOptions? options = null,
        ResourceNeed? needs = null)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(deploy with { Instances = 1 }));
        if (run is not null)
            m.Ask(new RunNowCommand(deploy.RequestId, run.RunId, run.Arguments, run.Environment, needs, null, Machine.By()));
        m.Offer("a1");
        var program = Path.Combine(directory, "taskrunner");
        File.WriteAllText(program, "#!/bin/sh\n");
        options ??= new SchedulerOptions { PublicUrl = "http://pipeline.example" };
        var builder = new LaunchBuilder(options, ServerKey.LoadOrCreate(Path.Combine(directory, "server.key")), new RunnerBinary(program),
            "test");
        return builder.Build(m.Sends.OfType<Launch>().Single()).Tasks.Single();
    }
}
