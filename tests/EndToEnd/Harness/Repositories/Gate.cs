namespace Pipeline.EndToEnd.Harness.Repositories;

/// <summary>
/// Holds the deploy of a <see cref="WebSample"/> in each stage until it is opened there, and knows every process of it that ever started.
/// </summary>
public sealed class Gate(PipelineInstance pipeline, string name)
{
    /// <summary>A file beginning: with <c>.stage</c> it opens that stage, with <c>.starts</c> it holds a line for each process.</summary>
    public string Prefix { get; } = Path.Combine(pipeline.Data, $"{name}.gate");

    public Task OpenAsync(string stage) => File.WriteAllTextAsync($"{Prefix}.{stage}", "");

    /// <summary>In the order of their start; ended ones too.</summary>
    public IReadOnlyList<Start> Starts(string stage) =>
        File.Exists($"{Prefix}.starts")
            ? [.. File.ReadAllLines($"{Prefix}.starts").Select(Start.Parse).Where(s => s.Stage == stage)]
            : [];

    public Task<IReadOnlyList<Start>> StartsBecomeAsync(string stage, int count) => Eventually.BecomesAsync(
        () => Task.FromResult(Starts(stage)), s => s.Count == count, TimeSpan.FromSeconds(60),
        $"{count} processes of {name} started in {stage}");
}

/// <summary>A process of the sample, as it wrote about itself.</summary>
public sealed record Start(string Stage, string TaskId, int Pid)
{
    /// <summary>It runs: one that ended and waits for its parent to look (Z) does not.</summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{Pid}/stat");
                return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    public static Start Parse(string line) => line.Split(' ') is [var stage, var task, var pid]
        ? new Start(stage, task, int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture))
        : throw new FormatException(line);
}
