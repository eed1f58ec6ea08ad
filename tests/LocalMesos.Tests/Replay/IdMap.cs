using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>Which id of the recording is which of ours; learnt where the two first stand at the same place.</summary>
internal sealed partial class IdMap(string workDirectory, int masterPort, int agentPort, int firstTaskPort)
{
    private const string RecordedWorkDirectory = "/srv/mesos/work/agent";
    private const int RecordedFirstPort = 31000;
    private const int RecordedPorts = 101;
    private readonly Dictionary<string, string> ours = [];
    private readonly object gate = new();

    /// <summary>An id that a client made up is the same on both sides.</summary>
    public bool Knows(string recorded) => Locked(() => ours.ContainsKey(recorded)) || Own.Contains(recorded);

    public void Learn(string recorded, string actual) => Locked(() => ours[recorded] = actual);

    /// <summary>Of the replay's own programs; stands first in the PATH of tasks.</summary>
    public required string Programs { get; init; }

    /// <summary>Framework ids that the client made up.</summary>
    public IReadOnlySet<string> Own { get; init; } = new HashSet<string>();

    public IdMap Copy()
    {
        var copy = new IdMap(workDirectory, masterPort, agentPort, firstTaskPort) { Own = Own, Programs = Programs };
        foreach (var (recorded, actual) in Locked(() => ours.ToList()))
            copy.ours[recorded] = actual;
        return copy;
    }

    public void Adopt(IdMap other)
    {
        foreach (var (recorded, actual) in other.ours)
            Learn(recorded, actual);
    }

    /// <summary>A recorded request as it must be sent to us.</summary>
    public string Translate(string recorded)
    {
        recorded = Tokens().Replace(recorded, m => Find(m.Value) ?? m.Value);
        recorded = TaskPorts().Replace(recorded, m => IsRecordedPort(m.Value, out var port)
            ? (port - RecordedFirstPort + firstTaskPort).ToString(CultureInfo.InvariantCulture)
            : m.Value);
        return recorded.Replace(RecordedWorkDirectory, workDirectory, StringComparison.Ordinal);
    }

    /// <summary>What is ours for sure (ports, directories) in the recording's terms.</summary>
    public string Normal(string actual)
    {
        actual = actual.Replace(workDirectory, RecordedWorkDirectory, StringComparison.Ordinal)
            .Replace(Programs + ":", "", StringComparison.Ordinal);
        return AnyPort().Replace(
            actual, m => Normal(int.Parse(m.Value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
    }

    public long Normal(long number) =>
        number == masterPort ? 5050
        : number == agentPort ? 5051
        : number >= firstTaskPort && number < firstTaskPort + RecordedPorts ? number - firstTaskPort + RecordedFirstPort
        : number;

    /// <summary>Whether our text is the recorded one with our ids; learns the ids that are new.</summary>
    public bool Matches(string recorded, string actual)
    {
        actual = Normal(actual);
        if (recorded == actual && !Tokens().IsMatch(recorded))
            return true;
        var pattern = new StringBuilder("^");
        var unknown = new List<string>();
        var at = 0;
        foreach (var token in Tokens().EnumerateMatches(recorded))
        {
            var text = recorded.Substring(token.Index, token.Length);
            pattern.Append(Regex.Escape(recorded[at..token.Index]));
            at = token.Index + token.Length;
            if (Find(text) is { } known)
                pattern.Append(Regex.Escape(known));
            else if (unknown.IndexOf(text) is >= 0 and var seen)
                pattern.Append(CultureInfo.InvariantCulture, $"\\{seen + 1}");
            else
            {
                unknown.Add(text);
                pattern.Append(text.EndsWith('=') ? "([A-Za-z0-9+/]{22}==)" : $"({Uuid}{Suffix(text)})");
            }
        }

        pattern.Append(Regex.Escape(recorded[at..])).Append('$');
        var match = Regex.Match(actual, pattern.ToString(), RegexOptions.Singleline);
        for (var i = 0; match.Success && i < unknown.Count; i++)
            Learn(unknown[i], match.Groups[i + 1].Value);
        return match.Success;
    }

    private string? Find(string recorded) => Locked(() => ours.GetValueOrDefault(recorded));

    // Two sides of one recording may be replayed together.
    private T Locked<T>(Func<T> action)
    {
        lock (gate)
            return action();
    }

    private static bool IsRecordedPort(string text, out int port) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out port) && port is >= RecordedFirstPort and < RecordedFirstPort + RecordedPorts;

    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    private static string Suffix(string id) => id.Length <= 36 ? "" : char.IsLetter(id[37]) ? $"-{id[37]}[0-9]+" : "-[0-9]{4}";

    [GeneratedRegex(Uuid + "(-[SO]?[0-9]+)?|[A-Za-z0-9+/]{22}==")]
    private static partial Regex Tokens();

    [GeneratedRegex(@"(?<![0-9A-Za-z])31[01][0-9]{2}(?![0-9A-Za-z])")]
    private static partial Regex TaskPorts();

    [GeneratedRegex("(?<![0-9A-Za-z.])[0-9]{5}(?![0-9A-Za-z])")]
    private static partial Regex AnyPort();
}
