namespace Pipeline.EndToEnd.Harness.Repositories;

/// <summary>
/// Holds the deploy of a <see cref="WebSample"/> in each stage until it is opened there, and knows every process of it that ever started.
/// </summary>
public sealed class Gate(PipelineInstance pipeline, string name)
{
    /// <summary>Of its signals: each process tells its stage and task under it; with <c>.stage</c> it opens that stage.</summary>
    public string Name => $"{name}.gate";

    public int Port => pipeline.Signals.Port;

    public Task OpenAsync(string stage)
    {
        pipeline.Signals.Open($"{Name}.{stage}");
        return Task.CompletedTask;
    }

    /// <summary>In the order of their start; ended ones too.</summary>
    public IReadOnlyList<Start> Starts(string stage) => [.. pipeline.Signals.Notes(Name).Select(Start.Parse).Where(s => s.Stage == stage)];

    public Task<IReadOnlyList<Start>> StartsBecomeAsync(string stage, int count) => Eventually.BecomesAsync(
        () => Task.FromResult(Starts(stage)), s => s.Count == count, TimeSpan.FromSeconds(60),
        $"{count} processes of {name} started in {stage}");
}

/// <summary>A process of the sample, as it told of itself.</summary>
public sealed record Start(string Stage, string TaskId)
{
    /// <summary>It runs. In its view it has another process id, so it is found by its variables, which a zombie has not.</summary>
    public bool IsAlive => Directory.GetDirectories("/proc").Any(p =>
        Read(p, "cmdline") == "perl\0server.pl\0" && Read(p, "environ").Split('\0').Contains($"TASK_ID={TaskId}"));

    public static Start Parse(string line) => line.Split(' ') is [var stage, var task]
        ? new Start(stage, task)
        : throw new FormatException(line);

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
