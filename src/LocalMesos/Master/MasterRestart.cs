using Pipeline.LocalMesos.Master.Liveness;
using Pipeline.LocalMesos.Master.State;

namespace Pipeline.LocalMesos.Master;

/// <summary>A restart of the master's process: streams break, and it knows nothing but its registry (recorded in 12f and 12g). The lock
/// is held.</summary>
internal sealed class MasterRestart(MasterState state)
{
    private List<Framework> before = [];

    /// <summary>Agents register again when they are told to.</summary>
    /// <param name="registryKept">True for a replicated log; otherwise not even the agents are known.</param>
    public void Restart(bool registryKept)
    {
        before = [.. state.Frameworks.Values];
        foreach (var framework in before)
        {
            framework.FailoverTimer?.Dispose();
            framework.Stream?.Cut();
            framework.Stream = null;
        }

        state.Changes.OnRestarting();
        state.Restart();
        foreach (var agent in state.Agents.Where(a => a.Presence is AgentPresence.Registered or AgentPresence.Recovered))
        {
            agent.Agent.Partition();
            AgentLiveness.Forget(agent, registryKept);
        }
    }

    /// <summary>The tasks of before the restart that an agent still runs; their frameworks become known by them.</summary>
    public IEnumerable<(Framework Framework, MasterTask Task)> TasksReportedBy(AgentSlot agent)
    {
        foreach (var old in before)
        {
            foreach (var task in old.Tasks.Values.Where(t => t.AgentId == agent.Id && agent.Agent.IsRunning(old.Id, t.Id)))
            {
                if (!state.Frameworks.TryGetValue(old.Id, out var framework))
                {
                    framework = new Framework(old.Id, old.Info, state.Now) { IsRecovered = true };
                    state.Frameworks.Add(old.Id, framework);
                }

                yield return (framework, task);
            }
        }
    }
}
