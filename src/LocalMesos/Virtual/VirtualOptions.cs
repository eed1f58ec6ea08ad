using System.Globalization;

namespace Pipeline.LocalMesos.Virtual;

/// <summary>Agents without machines, for load: their tasks run because a clock says so.</summary>
public sealed record VirtualOptions
{
    public const string Usage = """
          --virtual_agents N                     so many agents without processes: tasks run because a clock says so
          --virtual_racks 10                     over so many racks, vr1, vr2 ...
          --virtual_resources "cpus:16;mem:65536;disk:262144;ports:[31000-31999]"   of each
          --launch_delay 100ms                   from TASK_STARTING to TASK_RUNNING
          --virtual_run_time 5mins               until TASK_FINISHED; default for ever. A label or variable VIRTUAL_RUN_SECONDS of a
                                                 task counts more; VIRTUAL_EXIT gives it another status than 0
          --virtual_unhealthy 0.01               this share of the tasks with a health check fails it
          --update_loss 0.01, --update_duplication 0.01   this share of their updates is lost once, or comes twice
          --virtual_seed 1                       of the dice for these shares
        """;

    /// <summary>0 for none.</summary>
    public int Agents { get; private init; }

    public int Racks { get; private init; } = 10;

    public string Resources { get; private init; } = "cpus:16;mem:65536;disk:262144;ports:[31000-31999]";

    public TimeSpan LaunchDelay { get; private init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan? RunTime { get; private init; }

    public double Unhealthy { get; private init; }

    public double UpdateLoss { get; private init; }

    public double UpdateDuplication { get; private init; }

    public int Seed { get; private init; } = 1;

    /// <summary>Null for a flag that is not one of ours.</summary>
    /// <exception cref="FormatException">The value cannot be used; says what is expected.</exception>
    internal VirtualOptions? With(string name, string value) => name switch
    {
        "virtual_agents" => this with { Agents = Whole(name, value, 0, 100_000) },
        "virtual_racks" => this with { Racks = Whole(name, value, 1, 10_000) },
        "virtual_resources" => this with { Resources = value },
        "launch_delay" => this with { LaunchDelay = FlagValue.Duration(name, value) },
        "virtual_run_time" => this with { RunTime = FlagValue.Duration(name, value) },
        "virtual_unhealthy" => this with { Unhealthy = Share(name, value) },
        "update_loss" => this with { UpdateLoss = Share(name, value) },
        "update_duplication" => this with { UpdateDuplication = Share(name, value) },
        "virtual_seed" => this with { Seed = Whole(name, value, 0, int.MaxValue) },
        _ => null,
    };

    private static int Whole(string name, string value, int min, int max) => FlagValue.Number(name, value, min, max);

    private static double Share(string name, string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var share) && share is >= 0 and < 1
            ? share
            : throw new FormatException($"--{name}: '{value}' is not a share from 0 to 1, such as 0.01.");
}
