using Pipeline.LocalMesos.Options;

namespace Pipeline.LocalMesos.Tests;

/// <summary>Agents keep their ids over restarts of a cluster.</summary>
public sealed class ClusterIdentityTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [Fact]
    public void A_cluster_that_starts_again_is_the_same()
    {
        var (id, agents) = Load("r1:2");
        var again = Load("r1:2");
        Assert.Equal(id, again.ClusterId);
        Assert.Equal(agents, again.Agents);
    }

    [Fact]
    public void New_agents_get_new_ids_and_old_ones_keep_theirs()
    {
        var before = Load("r1:1").Agents.Single();
        var after = Load("r1:2,r2:1").Agents;
        Assert.Equal(before, after[0]);
        Assert.Equal(3, after.Select(a => a.Id).Distinct().Count());
        Assert.Equal(["r1-a01", "r1-a02", "r2-a01"], after.Select(a => a.Hostname));
    }

    [Fact]
    public void An_agent_that_was_left_out_for_a_while_has_its_id_again()
    {
        var agents = Load("r1:2").Agents;
        Load("r1:1");
        Assert.Equal(agents, Load("r1:2").Agents);
    }

    public void Dispose() => directory.Dispose();

    private (string ClusterId, IReadOnlyList<Pipeline.LocalMesos.Tasks.AgentIdentity> Agents) Load(string racks) =>
        ClusterIdentity.Load(LocalMesosFlags.Parse(["--work_dir", directory.Path, "--agents", racks]));
}
