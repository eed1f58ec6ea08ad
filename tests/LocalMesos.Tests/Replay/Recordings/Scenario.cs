using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Replay.Recordings;

/// <summary>What a replay needs to know of a recording beyond its lines.</summary>
internal sealed partial record Scenario(string Name)
{
    /// <summary>Flags of localmesos, as the recorded master and agent had them.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Parts of an answer that are not compared: <c>call-name: path.of.keys</c>, each with its reason beside it.</summary>
    public IReadOnlySet<string> Ignored { get; init; } = new HashSet<string>();

    /// <summary>Calls whose answer is that of another program or of the recording's own machine: only the status counts.</summary>
    public IReadOnlySet<string> StatusOnly { get; init; } = new HashSet<string>();

    /// <summary>Calls that are left out, with the reason.</summary>
    public IReadOnlyDictionary<string, string> LeftOut { get; init; } = new Dictionary<string, string>();

    /// <summary>Texts of the recording that stand for something else here: programs, directories, a second master.</summary>
    public IReadOnlyDictionary<string, string> Instead { get; init; } = new Dictionary<string, string>();

    /// <summary>Calls that reached the master before one that was begun earlier.</summary>
    public IReadOnlyDictionary<string, string> Overtakes { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<RecordedStep> Ordered(IReadOnlyList<RecordedStep> steps)
    {
        var list = steps.Select(Rewritten).ToList();
        foreach (var (late, early) in Overtakes)
        {
            // With its answer: only that tells that it has arrived when the other one is sent.
            var moved = list.FindAll(s => s.Kind is StepKind.Call or StepKind.Answer && s.Name == late);
            list.RemoveAll(moved.Contains);
            var at = list.FindIndex(s => s.Kind == StepKind.Call && s.Name == early);
            while (list[at - 1].Kind == StepKind.Ended)
                at--;
            list.InsertRange(at, moved);
        }

        return list;
    }

    /// <summary>
    /// Its tasks sleep by the machine's clock, not by the replay's: they are checked by the agent meanwhile, whose number of checks counts.
    /// </summary>
    public bool KeepsTime => Name.StartsWith("04", StringComparison.Ordinal) || Name.StartsWith("07b", StringComparison.Ordinal);

    /// <summary>
    /// Shortens the client's pauses where something ends soon after them by the machine's clock: a replay that is late must not meet it.
    /// </summary>
    public double Pace { get; init; } = 1;

    /// <summary>Framework ids that the client made up.</summary>
    public IReadOnlySet<string> OwnIds { get; init; } = new HashSet<string>();

    /// <summary>What the person at the recording did when the timeline says so.</summary>
    public Func<string, ReplayedCluster, Task>? OnNote { get; init; }

    /// <summary>What must have happened before a call is sent.</summary>
    public Func<string, ReplayedCluster, Task>? BeforeCall { get; init; }

    public Func<string, ReplayedCluster, Task>? AfterAnswer { get; init; }

    public Func<ReplayedCluster, IDisposable>? OnStart { get; init; }

    /// <summary>The other side of the recording, which begins when the call is answered.</summary>
    public (string Call, string Recording)? Companion { get; init; }

    private RecordedStep Rewritten(RecordedStep step)
    {
        if (Instead.Count == 0 || step.Bytes.Length == 0)
            return step;
        var text = Instead.Aggregate(step.Text, (t, i) => t.Replace(i.Key, i.Value, StringComparison.Ordinal));
        if (text == step.Text)
            return step;
        var longer = text.Length - step.Text.Length;
        if (step.Kind == StepKind.Call)
            text = ContentLength().Replace(
                text, m => $"Content-Length: {int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) + longer}", 1);
        return step with { Bytes = System.Text.Encoding.UTF8.GetBytes(text) };
    }

    public bool IsIgnored(string call, out IReadOnlySet<string> paths)
    {
        var number = call.Split('-')[0];
        paths = Ignored.Where(i => i.StartsWith(number + ": ", StringComparison.Ordinal) || i.StartsWith("*: ", StringComparison.Ordinal))
            .Select(i => i.Split(": ")[1]).ToHashSet();
        return paths.Count > 0;
    }

    [GeneratedRegex("Content-Length: ([0-9]+)")]
    private static partial Regex ContentLength();
}
