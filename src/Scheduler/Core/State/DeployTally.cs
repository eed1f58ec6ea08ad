using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.State;

/// <summary>What the live tasks of one deploy add up to, kept with every change: a decision about one of 20,000 instances must not look at
/// the others.</summary>
internal sealed class DeployTally
{
    private readonly Dictionary<int, int> places = [];
    private readonly SortedSet<string> leaving = new(StringComparer.Ordinal);
    private int leavingHealthy;

    /// <summary>Tasks that fill a place; more than <see cref="Places"/> when two fill the same.</summary>
    public int Filling { get; private set; }

    /// <summary>Instances that have a task.</summary>
    public int Places => places.Count;

    /// <summary>Healthy tasks that stay: each fills a place.</summary>
    public int Healthy { get; private set; }

    /// <summary>Healthy tasks, those that are to leave too.</summary>
    public int Serving => Healthy + leavingHealthy;

    /// <summary>Tasks that are to leave and are not being killed yet, in the order of their ids.</summary>
    public SortedSet<string> Leaving => leaving;

    /// <summary>All of <see cref="Leaving"/> are healthy.</summary>
    public bool AllLeavingServe => leavingHealthy == leaving.Count;

    public bool IsFilled(int instance) => places.ContainsKey(instance);

    /// <param name="sign">1: it is counted, -1: not any more.</param>
    public void Count(TaskRecord task, int sign)
    {
        if (task.FillsPlace)
        {
            Filling += sign;
            if ((places[task.Instance] = places.GetValueOrDefault(task.Instance) + sign) == 0)
                places.Remove(task.Instance);
        }

        if (task is { Leaving: not null, KillCause: null })
        {
            if (sign > 0)
                leaving.Add(task.Id);
            else
                leaving.Remove(task.Id);
            leavingHealthy += task.IsHealthy ? sign : 0;
        }
        else if (task.IsHealthy)
        {
            Healthy += sign;
        }
    }
}
