using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Core.Plans;

namespace Pipeline.DeployStages.Tests.Core.Plans;

public sealed class ResolvedDeployableTests
{
    [Fact]
    public void A_stage_overrides_what_it_names_and_lays_its_environment_over_the_other()
    {
        var web = Sample.Service("web") with
        {
            Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" },
            Image = "debian:12",
            Stages = new Dictionary<string, StageOverride>
            {
                ["qa"] = new(7, new Dictionary<string, string> { ["B"] = "3", ["C"] = "4" }, 1.5m, 128),
            },
        };

        var qa = ResolvedDeployable.For(web, "qa");
        Assert.Equal((7, 1.5m, 128m), (qa.Instances, qa.Cpus, qa.MemoryMb));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "1", ["B"] = "3", ["C"] = "4" }, qa.Env);
        var other = ResolvedDeployable.For(web, "production");
        Assert.Equal((2, 0.5m, 64m), (other.Instances, other.Cpus, other.MemoryMb));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" }, other.Env);
        Assert.Equal(
            (web.Name, web.Kind, web.Artifact, web.Bytes, web.MediaType, web.ArtifactName, web.Run, web.DiskMb, web.Ports, web.Image),
            (qa.Name, qa.Kind, qa.Artifact, qa.Bytes, qa.MediaType, qa.ArtifactName, qa.Run, qa.DiskMb, qa.Ports, qa.Image));
    }

    [Fact]
    public void Fields_of_a_service()
    {
        var fields = ResolvedDeployable.For(Sample.Service("web") with { Image = "debian:12" }, "qa").Fields();
        Assert.Equal(
            [
                $"artifact={Sample.Service("web").Artifact}", "cpus=0.5", "disk=100MB", "env.MODE=plain",
                "health=/healthz startup 60s interval 5s timeout 2s successes 3 for 10s", "image=debian:12", "instances=2",
                "memory=64MB", "ports=1", "route=/web", "run=./serve",
            ],
            fields.Select(f => $"{f.Key}={f.Value}"));
    }

    [Fact]
    public void What_is_absent_is_no_field_and_a_check_without_a_path_probes_the_port()
    {
        var web = Sample.Service("web") with
        {
            Route = null, Env = new Dictionary<string, string>(), Health = new DeployableHealth(null, 60, 5, 2, 3, 10.5),
        };
        var fields = ResolvedDeployable.For(web, "qa").Fields();
        Assert.Equal(["artifact", "cpus", "disk", "health", "instances", "memory", "ports", "run"], fields.Keys);
        Assert.Equal("tcp startup 60s interval 5s timeout 2s successes 3 for 10.5s", fields["health"]);
        Assert.Equal("none", ResolvedDeployable.For(web with { Health = null }, "qa").Fields()["health"]);
    }

    [Fact]
    public void Fields_of_runs()
    {
        var cron = Sample.Service("nightly") with
        {
            Runs = new DeployableRuns("0 3 * * *", "Europe/Athens", "skip", "once", true, 90.5, 2, 4),
        };
        var fields = ResolvedDeployable.For(cron, "qa").Fields();
        Assert.Equal(
            ("0 3 * * * Europe/Athens", "skip", "once", "yes", "90.5s", "2", "4"),
            (fields["schedule"], fields["overlap"], fields["catch-up"], fields["run-on-deploy"], fields["timeout"], fields["retries"],
                fields["max-running"]));
        var bare = cron with { Runs = new DeployableRuns(null, null, null, null, false, null, null, null) };
        var few = ResolvedDeployable.For(bare, "qa").Fields();
        Assert.Equal("no", few["run-on-deploy"]);
        Assert.DoesNotContain("schedule", few.Keys);
        Assert.DoesNotContain("timeout", few.Keys);
    }
}
