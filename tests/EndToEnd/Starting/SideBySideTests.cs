using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd.Starting;

/// <summary>Two instances on one machine, and the end of one of them.</summary>
[Collection(AutomaticCollection.Name)]
public sealed class SideBySideTests(AutomaticPipeline fixture)
{
    [Fact]
    public async Task Two_instances_each_reach_production_and_ctrl_c_ends_one_with_its_tasks_and_nothing_of_the_other()
    {
        await using var other = await PipelineInstance.StartAsync(Policies.Automatic);
        var instances = new[] { fixture.Instance, other };
        await Task.WhenAll(instances.Select(ReachProductionAsync));
        Assert.NotEqual(fixture.Instance.Data, other.Data);
        var (task, theirs) = (OnlyProcessOf(fixture.Instance), OnlyProcessOf(other));

        Assert.Equal(0, await other.InterruptAsync());

        Assert.Empty(Posix.ProcessesOf(other.Data));
        Assert.False(theirs.IsAlive);
        Assert.True(task.IsAlive);
        await fixture.Instance.ServesAsync("/apps/production/beside/", $"beside {fixture.Instance.Port} in production\n");
    }

    private static async Task ReachProductionAsync(PipelineInstance instance)
    {
        var gate = new Gate(instance, "beside");
        foreach (var stage in new[] { "infra-qa", "product-qa", "production" })
            await gate.OpenAsync(stage);
        var repository = await instance.CreateRepositoryAsync("beside");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("beside", $"{instance.Port}", gate: gate));
        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        await instance.ServesAsync("/apps/production/beside/", $"beside {instance.Port} in production\n");
    }

    private static Start OnlyProcessOf(PipelineInstance instance) => Assert.Single(new Gate(instance, "beside").Starts("production"));
}
