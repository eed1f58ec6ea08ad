namespace Pipeline.Scheduler.Contract.Signing;

/// <summary>What a launch takes from the settings of the server rather than from its deploy, and what is signed for all the same.</summary>
/// <param name="User">The user that agents start tasks as (<c>Scheduler:TaskUser</c>); null: the agent decides.</param>
public sealed record LaunchDefaults(string? User);
