namespace Pipeline.Scheduler.Core.State;

/// <summary>The highest attempt of each instance: the id of an attempt is never used again.</summary>
internal sealed class AttemptCounter
{
    private readonly Dictionary<string, Dictionary<int, int>> attempts = new(StringComparer.Ordinal);

    public AttemptCounter(IReadOnlyDictionary<(string Deploy, int Instance), int> used)
    {
        foreach (var ((deploy, instance), attempt) in used)
            Of(deploy)[instance] = attempt;
    }

    public int Next(string deployId, int instance)
    {
        var of = Of(deployId);
        return of[instance] = of.GetValueOrDefault(instance) + 1;
    }

    public void Forget(string deployId) => attempts.Remove(deployId);

    private Dictionary<int, int> Of(string deploy)
    {
        if (!attempts.TryGetValue(deploy, out var of))
            attempts[deploy] = of = [];
        return of;
    }
}
