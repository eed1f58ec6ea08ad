using System.Text.Json;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>What came on one stream of ours and was not yet expected by the recording.</summary>
internal sealed class ReceivedStream(RawConnection connection, string requestLine, bool protobuf) : IDisposable
{
    private readonly List<string> waiting = [];
    private readonly object gate = new();
    private Task<bool>? reading;

    public bool Protobuf => protobuf;

    public string RequestLine => requestLine;

    public int Heartbeats { get; private set; }

    /// <summary>Whose stream it is; null for an operator's.</summary>
    public string? FrameworkId { get; private set; }

    public void Start() => reading = connection.ReadRecordsAsync(Receive);

    /// <summary>The first event of a lane, taken; null when there is none yet.</summary>
    public string? Take(string lane)
    {
        lock (gate)
        {
            var at = waiting.FindIndex(e => Lane(e) == lane);
            if (at < 0)
                return null;
            var text = waiting[at];
            waiting.RemoveAt(at);
            return text;
        }
    }

    public IReadOnlyList<string> Rest
    {
        get
        {
            lock (gate)
                return [.. waiting];
        }
    }

    /// <summary>Null while it goes on; true after a last chunk; false when it just broke.</summary>
    public bool? Ended => reading is { IsCompletedSuccessfully: true } ? reading.Result : null;

    public void Dispose() => connection.Dispose();

    public static bool IsHeartbeat(string text) => text == """{"type":"HEARTBEAT"}""";

    /// <summary>
    /// Order holds inside a lane. Between lanes it varies from run to run of a real master: updates of different tasks interleave, and
    /// offers come with the allocation cycle, whatever else is under way. The master's answers to reconciliation pass by what is on its way
    /// from an agent.
    /// </summary>
    public static string Lane(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        var type = json.GetProperty("type").GetString()!;
        return type switch
        {
            "UPDATE" => LaneOf(json.GetProperty("update").GetProperty("status")),
            "TASK_ADDED" =>
                "task " + json.GetProperty("task_added").GetProperty("task").GetProperty("task_id").GetProperty("value").GetString(),
            "TASK_UPDATED" =>
                "task " + json.GetProperty("task_updated").GetProperty("status").GetProperty("task_id").GetProperty("value").GetString(),
            "OFFERS" or "RESCIND" => "offers",
            "INVERSE_OFFERS" or "RESCIND_INVERSE_OFFER" => "inverse offers",
            _ => type,
        };
    }

    private static string LaneOf(JsonElement status)
    {
        var task = "task " + status.GetProperty("task_id").GetProperty("value").GetString();
        return status.TryGetProperty("reason", out var reason) && reason.GetString() == "REASON_RECONCILIATION"
            ? task + " reconciled"
            : task;
    }

    private void Receive(byte[] record)
    {
        var text = WireText.Event(record, requestLine, protobuf);
        lock (gate)
        {
            if (IsHeartbeat(text))
                Heartbeats++;
            else
                waiting.Add(text);
            FrameworkId ??= FrameworkOf(text);
        }
    }

    private static string? FrameworkOf(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.TryGetProperty("subscribed", out var subscribed) && subscribed.TryGetProperty(
            "framework_id", out var id)
            ? id.GetProperty("value").GetString()
            : null;
    }
}
