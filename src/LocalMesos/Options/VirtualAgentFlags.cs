namespace Pipeline.LocalMesos.Options;

/// <summary>The flags of virtual agents.</summary>
internal static class VirtualAgentFlags
{
    /// <summary>Null for a flag that is not about virtual agents.</summary>
    /// <exception cref="FormatException">Names the flag and what is expected.</exception>
    public static VirtualAgentOptions? With(VirtualAgentOptions o, string name, string value) => name switch
    {
        "virtual_agents" => o with { Agents = FlagValue.Number(name, value, 0, 100_000) },
        "virtual_racks" => o with { Racks = FlagValue.Number(name, value, 1, 10_000) },
        "virtual_resources" => o with { Resources = value },
        "launch_delay" => o with { LaunchDelay = FlagValue.Duration(name, value) },
        "virtual_run_time" => o with { RunTime = FlagValue.Duration(name, value) },
        "virtual_unhealthy" => o with { Unhealthy = FlagValue.Fraction(name, value) },
        "update_loss" => o with { UpdateLoss = FlagValue.Fraction(name, value) },
        "update_duplication" => o with { UpdateDuplication = FlagValue.Fraction(name, value) },
        "virtual_seed" => o with { Seed = FlagValue.Number(name, value, 0, int.MaxValue) },
        _ => null,
    };
}
