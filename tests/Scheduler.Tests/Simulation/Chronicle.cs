using System.Globalization;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>
/// What happened, for who replays a seed: the last things, or with <c>SIM_ABOUT=v22.3.1</c> everything about one task, deploy, request,
/// agent or machine, with each row that was written of it.
/// </summary>
internal sealed class Chronicle(Agenda agenda)
{
    private const int Last = 40;
    private static readonly string? About = Environment.GetEnvironmentVariable("SIM_ABOUT");
    private readonly Queue<string> lines = new();

    public override string ToString() => string.Join('\n', lines);

    public void Note(string what)
    {
        if (About is not null && !what.Contains(About, StringComparison.Ordinal))
            return;
        lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{agenda.Now:HH:mm:ss.fff} {what}"));
        if (About is null && lines.Count > Last)
            lines.Dequeue();
    }

    public void Written(Effects effects)
    {
        if (About is null)
            return;
        object[] rows =
        [
            .. effects.Tasks.Values, .. effects.Deploys.Values, .. effects.Requests.Values, .. effects.Agents.Values,
            .. effects.Machines.Values, .. effects.Events.Select(e => e.Event), .. effects.Sends,
        ];
        foreach (var row in rows)
            Note($"  writes {row}");
    }
}
