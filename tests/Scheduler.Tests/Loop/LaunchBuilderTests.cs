using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Tests.Core.Harness;

namespace Pipeline.Scheduler.Tests.Loop;

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

    private Mesos.TaskLaunch Built(DeploySubmission deploy, RunDetails? run = null)
    {
        var m = new Machine();
        m.Do(new SubmitDeployCommand(deploy with { Instances = 1 }));
        if (run is not null)
            m.Ask(new RunNowCommand(deploy.RequestId, run.RunId, run.Arguments, run.Environment, null, null, Machine.By()));
        m.Offer("a1");
        var program = Path.Combine(directory, "taskrunner");
        File.WriteAllText(program, "#!/bin/sh\n");
        var options = new SchedulerOptions { PublicUrl = "http://pipeline.example" };
        var builder = new LaunchBuilder(options, ServerKey.LoadOrCreate(Path.Combine(directory, "server.key")), new RunnerBinary(program), "test");
        return builder.Build(m.Sends.OfType<Launch>().Single()).Tasks.Single();
    }
}
