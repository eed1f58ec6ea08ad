namespace Pipeline.BuildRunner.Contract;

/// <summary>The stages that a definition may name. Whoever has them adds this to the services; without it any name is taken.</summary>
/// <param name="current">Their names now: a policy may change while the server runs.</param>
public sealed class StageNames(Func<IReadOnlyCollection<string>> current)
{
    /// <summary>In the order of the policy.</summary>
    public IReadOnlyCollection<string> Current => current();
}
