using System.Text;
using System.Text.Json.Nodes;
using Pipeline.TestKit;

namespace Pipeline.Mesos.Tests.Harness;

/// <summary>One stream of a scheduler in a recording: the answer's head and the records that came.</summary>
internal sealed record RecordedStream(string Recording, string Call, string Head, IReadOnlyList<byte[]> Records)
{
    public bool IsJson => Head.Contains("application/json", StringComparison.Ordinal);

    /// <summary>Recording and call of every stream that a SUBSCRIBE of the scheduler API opened.</summary>
    public static IEnumerable<RecordedStream> All => TestKit.Recording.Names.SelectMany(Of);

    private static IEnumerable<RecordedStream> Of(string recording)
    {
        var steps = TestKit.Recording.Read(recording);
        foreach (var call in steps.Where(s => s.Kind == StepKind.Call && IsSchedulers(s)))
        {
            var head = steps.FirstOrDefault(s => s.Kind == StepKind.Answer && s.Name == call.Name)?.Head ?? "";
            var records = steps.Where(s => s.Kind == StepKind.Event && s.Name == call.Name).Select(s => s.Bytes).ToList();
            if (records.Count > 0)
                yield return new RecordedStream(recording, call.Name, head, records);
        }
    }

    private static bool IsSchedulers(RecordedStep call) =>
        Encoding.Latin1.GetString(call.Bytes).StartsWith("POST /api/v1/scheduler", StringComparison.Ordinal)
        || Encoding.Latin1.GetString(call.Bytes).StartsWith("POST /master/api/v1/scheduler", StringComparison.Ordinal);
}

/// <summary>What an event says, in words taken straight from the JSON: an opinion of its own beside the client's mapping.</summary>
internal static class InWords
{
    public static string? Of(JsonNode json) => (string?)json["type"] switch
    {
        "SUBSCRIBED" => $"subscribed {Id(json["subscribed"]!["framework_id"])} every {json["subscribed"]!["heartbeat_interval_seconds"]} s",
        "OFFERS" => "offers " + string.Join("; ", json["offers"]!["offers"]!.AsArray().Select(o => Offer(o!))),
        "INVERSE_OFFERS" => "inverse " + string.Join(
            "; ",
            json["inverse_offers"]!["inverse_offers"]!.AsArray()
                .Select(o => $"{Id(o!["id"])} {Id(o["agent_id"])} {Window(o["unavailability"])}")),
        "RESCIND" => "rescind " + Id(json["rescind"]!["offer_id"]),
        "RESCIND_INVERSE_OFFER" => "rescind inverse " + Id(json["rescind_inverse_offer"]!["inverse_offer_id"]),
        "UPDATE" => "update " + Status(json["update"]!["status"]!),
        "FAILURE" => $"failure {Id(json["failure"]!["agent_id"])} {Id(json["failure"]!["executor_id"])} {json["failure"]!["status"]}",
        "ERROR" => "error " + json["error"]!["message"],
        _ => null,
    };

    public static string Of(MasterEvent e) => e switch
    {
        Subscribed s => FormattableString.Invariant($"subscribed {s.FrameworkId} every {s.HeartbeatInterval.TotalSeconds:0.0} s"),
        OffersReceived o => "offers " + string.Join("; ", o.Offers.Select(Offer)),
        InverseOffersReceived o => "inverse " + string.Join("; ", o.Offers.Select(i => $"{i.Id} {i.AgentId} {Window(i.Unavailability)}")),
        OfferRescinded r => "rescind " + r.OfferId,
        InverseOfferRescinded r => "rescind inverse " + r.OfferId,
        TaskUpdated u => "update " + Status(u.Status),
        AgentRemoved a => $"failure {a.AgentId}  ",
        ExecutorEnded x => $"failure {x.AgentId} {x.ExecutorId} {x.Status}",
        SubscriptionEnded s => "error " + s.Reason,
        _ => e.ToString(),
    };

    private static string Offer(Offer o) => FormattableString.Invariant(
        $"{o.Id} of {o.AgentId} at {o.AgentUrl}, role {o.Role}: cpus {o.Resources.Cpus:0.###} mem {o.Resources.MemoryMb:0.###} disk ")
        + FormattableString.Invariant(
            $"{o.Resources.DiskMb:0.###} ports {string.Join(' ', o.Resources.Ports.Select(p => $"{p.From}-{p.To}"))} ")
        + $"{string.Join(' ', o.Attributes.Select(a => $"{a.Key}={a.Value}"))} {Window(o.Unavailability)}";

    private static string Offer(JsonNode o)
    {
        var plain = o["resources"]!.AsArray().Where(r =>
            (string?)r!["role"] is null or "*" && r["reservation"] is null && r["reservations"] is null && r["disk"] is null
            && r["revocable"] is null && r["shared"] is null).ToList();
        var address = o["url"]!["address"]!;
        var ports = plain.Where(r => (string?)r!["name"] == "ports").SelectMany(r => r!["ranges"]!["range"]!.AsArray());
        return FormattableString.Invariant(
            $"{Id(o["id"])} of {Id(o["agent_id"])} at {o["url"]!["scheme"]}://{address["ip"]}:{address["port"]}, ")
            + $"role {o["allocation_info"]?["role"] ?? "*"}: cpus {Sum(plain, "cpus")} mem {Sum(plain, "mem")} disk {Sum(plain, "disk")} "
            + $"ports {string.Join(' ', ports.Select(p => $"{p!["begin"]}-{p["end"]}"))} "
            + $"{string.Join(' ', o["attributes"]?.AsArray().Select(a => $"{a!["name"]}={a["text"]!["value"]}") ?? [])} {Window(o["unavailability"])}";
    }

    private static string Sum(IEnumerable<JsonNode?> resources, string name) => FormattableString.Invariant(
        $"{resources.Where(r => (string?)r!["name"] == name).Sum(r => Math.Round((decimal)r!["scalar"]!["value"]!, 3)):0.###}");

    private static string Status(TaskStatus s) =>
        $"{s.TaskId} {States[s.State]} of {s.AgentId} by {s.Source} because {s.Reason} '{s.Message}' "
        + $"{(s.Uuid is { } u ? Convert.ToBase64String(u) : "")} {s.Healthy} {s.ContainerId} {s.ContainerAddress} "
        + FormattableString.Invariant($"at {(s.Timestamp - DateTimeOffset.UnixEpoch)?.TotalSeconds:0.000}");

    private static string Status(JsonNode s) =>
        $"{Id(s["task_id"])} {s["state"]} of {Id(s["agent_id"])} by {s["source"]} because {s["reason"]} '{s["message"]}' "
        + $"{s["uuid"]} {(bool?)s["healthy"]} {Id(s["container_status"]?["container_id"])} "
        + $"{s["container_status"]?["network_infos"]?[0]?["ip_addresses"]?[0]?["ip_address"]} "
        + FormattableString.Invariant($"at {(double?)s["timestamp"]:0.000}");

    private static string Window(JsonNode? u) => u is null ? "" : $"{(long)u["start"]!["nanoseconds"]! / 100 * 100} for {u["duration"]?["nanoseconds"]}"; // .NET's clock ticks every 100 ns

    private static string Window(MaintenanceWindow? w) =>
        w is null ? "" : $"{(w.Start - DateTimeOffset.UnixEpoch).Ticks * 100} for {w.Duration?.Ticks * 100}";

    private static string Id(JsonNode? id) => (string?)id?["value"] ?? "";

    private static readonly Dictionary<TaskState, string> States = Enum.GetValues<TaskState>().ToDictionary(
        s => s,
        s => "TASK_"
            + string.Concat(s.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString())));
}
