using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.LocalMesos.Tests.Replay.Recordings;
using Pipeline.TestKit;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>
/// Sends the recorded calls to a localmesos, in the recorded order and with the recorded pauses, and compares what comes back, event by
/// event. Allocation cycles run when the recording says that offers came.
/// </summary>
internal sealed class Replayer(Scenario scenario, ReplayedCluster cluster, IReadOnlyList<RecordedStep> steps, IdMap ids,
    ReplayClock clock)
{
    private const double ShortestPause = 0.15;
    private const double Cycle = 1.05;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BeforeCycles = TimeSpan.FromMilliseconds(150);
    private readonly Dictionary<string, ReceivedStream> streams = [];
    private readonly Dictionary<string, Task<(RawConnection Connection, string Head, byte[] Body)>> answers = [];
    private readonly HashSet<string> protobufCalls = [];
    private readonly HashSet<string> agentCalls = [];

    private Task<IReadOnlyList<string>>? companion;

    public List<string> Differences { get; } = [];

    public async Task RunAsync()
    {
        var before = 0d;
        for (var i = 0; i < steps.Count && Differences.Count < 12; i++)
        {
            var step = steps[i];
            if (scenario.LeftOut.ContainsKey(step.Name) || IsHeartbeat(step))
                continue;
            clock.Expect(step.Time);
            if (step.Kind == StepKind.Call)
                await PauseAsync((step.Time - before) * scenario.Pace);
            await StepAsync(step, step.Time - before);
            clock.Reach(step.Time);
            before = Math.Max(before, step.Time);
        }

        if (companion is not null)
            Differences.AddRange(await companion);
        foreach (var (name, stream) in streams)
        {
            Differences.AddRange(stream.Rest.Select(e => $"{name}: not recorded: {e}"));
            if (stream.Heartbeats == 0 && steps.Any(s => s.Name == name && IsHeartbeat(s)))
                Differences.Add($"{name}: no heartbeat came");
            stream.Dispose();
        }
    }

    // Two bytes in protobuf.
    private static bool IsHeartbeat(RecordedStep step) =>
        step.Kind == StepKind.Event && (step.Bytes.Length == 2 || ReceivedStream.IsHeartbeat(step.Text));

    private Task StepAsync(RecordedStep step, double sinceBefore) => step.Kind switch
    {
        StepKind.Call => CallAsync(step),
        StepKind.Answer => AnswerAsync(step),
        StepKind.Event => EventAsync(step, sinceBefore),
        StepKind.Ended => EndAsync(step, cleanly: true),
        StepKind.Cut => EndAsync(step, cleanly: false),
        StepKind.Close => CloseAsync(step),
        StepKind.Note => scenario.OnNote?.Invoke(step.Name, cluster) ?? Task.CompletedTask,
        _ => throw new InvalidOperationException(),
    };

    /// <summary>
    /// The client of the recording waited here; a cycle that falls into the pause must bring no offers, since none were recorded.
    /// </summary>
    private async Task PauseAsync(double seconds)
    {
        if (seconds < ShortestPause)
            return;
        if (seconds > Cycle + 0.1)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds - Cycle));
            await cluster.AllocateAsync();
            seconds = Cycle;
        }

        await Task.Delay(TimeSpan.FromSeconds(seconds));
    }

    private async Task CallAsync(RecordedStep step)
    {
        if (scenario.BeforeCall is not null)
            await scenario.BeforeCall(step.Name, cluster);
        var end = step.Bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var head = end < 0 ? step.Text : Encoding.Latin1.GetString(step.Bytes, 0, end);
        var body = end < 0 ? [] : step.Bytes[(end + 4)..];
        var line = head.Split("\r\n")[0];
        var agent = RawConnection.Header(head, "Host") == "127.0.0.1:5051";
        var protobuf = WireText.IsProtobuf(head, "Content-Type");
        if (WireText.IsProtobuf(head, "Accept"))
            protobufCalls.Add(step.Name);
        if (agent)
            agentCalls.Add(step.Name);
        var compressed = RawConnection.Header(head, "Content-Encoding") is not null;
        var translated = compressed ? Recompressed(body)
            : protobuf ? WireText.Request(body, line, agent, ids)
            : Encoding.UTF8.GetBytes(ids.Translate(Encoding.UTF8.GetString(body)));
        head = ids.Translate(head);
        if (RawConnection.Header(head, "Content-Length") is { } length)
        {
            var changed = int.Parse(length, CultureInfo.InvariantCulture) + translated.Length - body.Length;
            head = head.Replace($"Content-Length: {length}", $"Content-Length: {changed}", StringComparison.OrdinalIgnoreCase);
        }

        // Two connections have no order between them; the recorded effects are those of calls in this order.
        await AllAnsweredAsync();
        byte[] request = end < 0 ? step.Bytes : [.. Encoding.Latin1.GetBytes(head + "\r\n\r\n"), .. translated];
        var connection = new RawConnection();
        await connection.SendAsync(agent ? cluster.AgentPort : cluster.MasterPort, request);
        answers[step.Name] = ReadAsync(connection, line);
    }

    private Task AllAnsweredAsync() => Task.WhenAny(Task.WhenAll(answers.Values), Task.Delay(Patience));

    private byte[] Recompressed(byte[] body)
    {
        using var plain = new MemoryStream();
        using (
            var unpacked = new System.IO.Compression.GZipStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress))
            unpacked.CopyTo(plain);
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(ids.Translate(Encoding.UTF8.GetString(plain.ToArray()))));
        return packed.ToArray();
    }

    private static async Task<(RawConnection, string, byte[])> ReadAsync(RawConnection connection, string line)
    {
        var head = await connection.ReadHeadAsync();
        var streams = head.Contains("chunked", StringComparison.Ordinal);
        return (connection, head, streams ? [] : await connection.ReadBodyAsync(head, line.StartsWith("HEAD ", StringComparison.Ordinal)));
    }

    private async Task AnswerAsync(RecordedStep step)
    {
        var reading = answers[step.Name];
        if (await Task.WhenAny(reading, Task.Delay(Patience)) != reading)
        {
            Differences.Add($"{step.Name}: no answer");
            return;
        }

        var (connection, head, body) = await reading;
        CompareHeads(step, head);
        if (head.Contains("chunked", StringComparison.Ordinal))
        {
            var call = steps.First(s => s.Kind == StepKind.Call && s.Name == step.Name);
            var stream = new ReceivedStream(connection, call.Text.Split("\r\n")[0], WireText.IsProtobuf(head, "Content-Type"));
            if (step.Bytes.Length > 0)
            {
                stream.Dispose(); // the recording's client left at once
                return;
            }

            streams[step.Name] = stream;
            stream.Start();
            return;
        }

        connection.Dispose();
        if (scenario.Companion is { } other && other.Call == step.Name)
            companion = CompanionAsync(other.Recording);
        if (scenario.AfterAnswer is not null)
            await scenario.AfterAnswer(step.Name, cluster);
        if (!scenario.StatusOnly.Contains(step.Name.Split('-')[0]))
            CompareBodies(step, body, WireText.IsProtobuf(head, "Content-Type"));
    }

    private async Task<IReadOnlyList<string>> CompanionAsync(string recording)
    {
        var side = scenario with { Companion = null };
        var replayer = new Replayer(side, cluster, side.Ordered(Recording.Read(recording)), ids, new ReplayClock());
        await replayer.RunAsync();
        return [.. replayer.Differences.Select(d => $"{recording}: {d}")];
    }

    private void CompareHeads(RecordedStep step, string head)
    {
        string[] free = ["Date", "Content-Length", "Connection", "Mesos-Stream-Id"];
        var recorded = step.Head.Split("\r\n");
        var actual = head.Split("\r\n");
        if (recorded[0] != actual[0])
            Differences.Add($"{step.Name}: recorded {recorded[0]}, ours {actual[0]}");
        foreach (var name in free.Where(n => n != "Connection"))
        {
            if (RawConnection.Header(step.Head, name) is null != RawConnection.Header(head, name) is null)
                Differences.Add($"{step.Name}: header {name}: recorded {RawConnection.Header(step.Head, name)}, ours {RawConnection.Header(head, name)}");
        }

        if (RawConnection.Header(step.Head, "Mesos-Stream-Id") is { } id)
            ids.Learn(id, RawConnection.Header(head, "Mesos-Stream-Id") ?? "");
        var (expected, seen) = (Values(recorded), Values(actual));
        if (!expected.SequenceEqual(seen) && !expected.Zip(seen).All(p => ids.Matches(p.First, p.Second)))
            Differences.Add($"{step.Name}: recorded headers {string.Join(" | ", expected)}, ours {string.Join(" | ", seen)}");
        List<string> Values(string[] lines) =>
            [.. lines.Skip(1).Where(l => !free.Contains(l.Split(':')[0], StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
    }

    private void CompareBodies(RecordedStep step, byte[] body, bool protobuf)
    {
        if (protobuf && step.Bytes.Length > 0)
        {
            var agent = agentCalls.Contains(step.Name);
            CompareJson(step.Name, WireText.Answer(step.Bytes, agent), WireText.Answer(body, agent));
        }
        else if (step.Text.StartsWith('{') || step.Text.StartsWith('['))
            CompareJson(step.Name, step.Text, Encoding.UTF8.GetString(body));
        else if (!ids.Matches(step.Text, Encoding.UTF8.GetString(body)))
            Differences.Add($"{step.Name}: recorded body '{step.Text}', ours '{Encoding.UTF8.GetString(body)}'");
    }

    private void CompareJson(string name, string recorded, string actual)
    {
        scenario.IsIgnored(name, out var ignored);
        var comparison = new JsonComparison(ids, ignored);
        try
        {
            using var expected = JsonDocument.Parse(recorded);
            using var seen = JsonDocument.Parse(actual);
            comparison.Compare(expected.RootElement, seen.RootElement);
        }
        catch (JsonException)
        {
            Differences.Add($"{name}: recorded {recorded}, ours is no JSON: {actual}");
        }

        Differences.AddRange(comparison.Differences.Select(d => $"{name}: {d}"));
    }

    private async Task EventAsync(RecordedStep step, double sinceBefore)
    {
        if (!streams.TryGetValue(step.Name, out var stream))
        {
            Differences.Add($"{step.Name}: there is no stream");
            return;
        }

        var recorded = WireText.Event(step.Bytes, stream.RequestLine, stream.Protobuf);
        var lane = ReceivedStream.Lane(recorded);
        var within = Patience + TimeSpan.FromSeconds(Math.Max(0, sinceBefore));
        var watch = Stopwatch.StartNew();
        // Not a task that was lost for its REASON_INVALID_OFFERS.
        var comesWithCycle = lane is "offers" or "inverse offers" && !recorded.Contains("RESCIND", StringComparison.Ordinal);
        string? text;
        while ((text = stream.Take(lane)) is null && watch.Elapsed < within && stream.Ended is null)
        {
            await Task.Delay(20);
            if (comesWithCycle && watch.Elapsed > BeforeCycles)
                await cluster.AllocateAsync();
        }

        if (text is null)
            Differences.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{step.Name} at {step.Time}: did not come: {recorded}; waiting: {string.Join(' ', stream.Rest)}"));
        else
            CompareJson(step.Name + " at " + step.Time.ToString(CultureInfo.InvariantCulture), recorded, text);
    }

    private async Task EndAsync(RecordedStep step, bool cleanly)
    {
        if (!streams.TryGetValue(step.Name, out var stream))
            return;
        var watch = Stopwatch.StartNew();
        while (stream.Ended is null && watch.Elapsed < Patience)
            await Task.Delay(20);
        if (stream.Ended != cleanly)
            Differences.Add($"{step.Name}: recorded that it ended {(cleanly ? "with" : "without")} a last chunk, ours {stream.Ended}");
    }

    private async Task CloseAsync(RecordedStep step)
    {
        if (!streams.TryGetValue(step.Name, out var stream))
            return;
        Differences.AddRange(stream.Rest.Select(e => $"{step.Name}: not recorded: {e}"));
        stream.Dispose();
        streams.Remove(step.Name);
        // The recording goes on when the master has noticed; one that is told nothing more by it is not missed.
        if (stream.FrameworkId is { } framework && stream.Ended is null)
            await Eventually.IsTrueAsync(() => cluster.IsDisconnectedAsync(framework), Patience, $"the master misses {framework}");
    }
}
