using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Tests.Simulation.Commands;
using Pipeline.Scheduler.Tests.Simulation.Recording;

namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>What a history is made of besides its seed.</summary>
internal sealed record Scenario
{
    public static readonly Scenario Usual = new();

    public CoreSettings Settings { get; init; } = new("test", "pipeline");
    public TrustCheck Trust { get; init; } = (_, _) => null;

    /// <summary>What may be asked for.</summary>
    public IReadOnlyList<SimulatedCommands.Kind> Commands { get; init; } = SimulatedCommands.All;

    /// <summary>False: a history that is recorded only; its commands break what the invariants take for granted.</summary>
    public bool IsChecked { get; init; } = true;

    public EffectsRecorder? Recorder { get; init; }
}
