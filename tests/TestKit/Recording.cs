using System.Text;
using System.Text.Json;

namespace Pipeline.TestKit;

/// <summary>What happened next in a recording.</summary>
public enum StepKind
{
    /// <summary>The client sent <see cref="RecordedStep.Bytes"/>, a whole HTTP request.</summary>
    Call,

    /// <summary>
    /// The answer to a call: <see cref="RecordedStep.Head"/>, and <see cref="RecordedStep.Bytes"/> unless it is a stream.
    /// </summary>
    Answer,

    /// <summary>One record (without its length) came on the stream of a call.</summary>
    Event,

    /// <summary>The server ended the stream with its last chunk.</summary>
    Ended,

    /// <summary>The connection broke without a last chunk.</summary>
    Cut,

    /// <summary>The client closed the stream.</summary>
    Close,

    /// <summary>What the person who recorded did or said.</summary>
    Note,
}

/// <summary>
/// One line of a recording. <paramref name="Time"/> is in seconds from its start; <paramref name="Name"/> is the call's, or a note's text.
/// </summary>
public sealed record RecordedStep(double Time, StepKind Kind, string Name, string Head, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public override string ToString() => $"{Time:0.000} {Kind} {Name}";
}

/// <summary>Recordings of a real Mesos master and agent, in <c>tests/Recordings</c>; its README.md says what a line means.</summary>
public static class Recording
{
    private static string Folder => Path.Combine(RepositoryRoot.Path, "tests", "Recordings");

    public static IReadOnlyList<string> Names => [.. Directory.GetFiles(Folder, "*.jsonl")
        .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<RecordedStep> Read(string name) =>
        [.. File.ReadLines(Path.Combine(Folder, name + ".jsonl")).Select(Step)];

    private static RecordedStep Step(string line)
    {
        using var document = JsonDocument.Parse(line);
        var json = document.RootElement;
        var (kind, name) = Kind(json);
        var head = json.TryGetProperty("head", out var h) ? h.GetString()! : "";
        var bytes = Bytes(json, "request") ?? Bytes(json, "record") ?? Bytes(json, "body") ?? [];
        return new RecordedStep(json.GetProperty("t").GetDouble(), kind, name, head, bytes);
    }

    private static (StepKind, string) Kind(JsonElement json)
    {
        foreach (var kind in Enum.GetValues<StepKind>())
        {
            if (json.TryGetProperty(kind.ToString().ToLowerInvariant(), out var name))
                return (kind, name.GetString()!);
        }

        throw new FormatException("A line without a kind: " + json);
    }

    private static byte[]? Bytes(JsonElement json, string name) => json.TryGetProperty(name, out var text)
        ? Encoding.UTF8.GetBytes(text.GetString()!)
        : json.TryGetProperty(name + "64", out var coded) ? coded.GetBytesFromBase64() : null;
}
