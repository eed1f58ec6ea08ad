using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Tests.Simulation.Recording;

/// <summary>Everything that went into the machine of one history and everything that came out, as one running hash.</summary>
internal sealed class EffectsRecorder(TextWriter? dump = null) : IDisposable
{
    private const int Every = 500;
    private const int Shown = 16;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CanonicalText text = new();
    private readonly CanonicalText named = new() { Named = true };
    private readonly List<string> marks = [];
    private int next = Every;

    /// <summary>A short hash of all before each five-hundredth step, then the whole one of the history.</summary>
    public string Summary => string.Join(' ', marks.Append(Convert.ToHexStringLower(hash.GetCurrentHash())));

    public void Add(int step, DateTimeOffset now, IReadOnlyList<SchedulerInput> batch, Effects effects)
    {
        for (; step >= next; next += Every)
            marks.Add(string.Create(CultureInfo.InvariantCulture, $"{next}:{Convert.ToHexStringLower(hash.GetCurrentHash())[..Shown]}"));
        hash.AppendData(Encoding.UTF8.GetBytes(Write(text, step, now, batch, effects)));
        dump?.Write(Write(named, step, now, batch, effects));
    }

    public void Dispose() => hash.Dispose();

    private static string Write(CanonicalText to, int step, DateTimeOffset now, IReadOnlyList<SchedulerInput> batch, Effects effects)
    {
        to.Line("step", step, now);
        foreach (var input in batch)
            to.Line("in", input);
        Rows(to, "request", effects.Requests);
        Rows(to, "deploy", effects.Deploys);
        Rows(to, "task", effects.Tasks);
        Rows(to, "agent", effects.Agents);
        Rows(to, "machine", effects.Machines.ToDictionary(m => $"{(int)m.Key.Kind}/{m.Key.Name}", m => m.Value));
        Rows(to, "why", effects.Whys);
        to.Line("removed", effects.RemovedAgents, effects.RemovedMachines.Order());
        to.Line("cluster", effects.Framework, effects.Freeze, effects.Forced, effects.ForgetWhys);
        Each(to, "status", effects.Statuses);
        Each(to, "probe", effects.Probes);
        Each(to, "event", effects.Events.Select(e => (e.Event, e.Actor, e.Subject)));
        Each(to, "answer", effects.Answers);
        Each(to, "decline", effects.Declines);
        Each(to, "send", effects.Sends);
        return to.Take();
    }

    private static void Rows<T>(CanonicalText to, string tag, Dictionary<string, T> rows)
    {
        foreach (var (key, row) in rows.OrderBy(r => r.Key, StringComparer.Ordinal))
            to.Line(tag, key, row);
    }

    private static void Each<T>(CanonicalText to, string tag, IEnumerable<T> values)
    {
        foreach (var value in values)
            to.Line(tag, value);
    }
}
