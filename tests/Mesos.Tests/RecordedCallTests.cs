using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Mesos.Wire;
using Pipeline.TestKit;

namespace Pipeline.Mesos.Tests;

/// <summary>The bodies that a real master took, beside what we send for the same: the body of each call, key by key.</summary>
public sealed class RecordedCallTests
{
    private static readonly string[] OurCalls =
    [
        "ACKNOWLEDGE", "KILL", "RECONCILE", "DECLINE", "REVIVE", "SUPPRESS", "TEARDOWN", "ACCEPT_INVERSE_OFFERS", "DECLINE_INVERSE_OFFERS",
    ];

    public static TheoryData<string> Recordings => [.. Recording.Names.Where(n => Accepted(n).Any())];

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task We_send_the_body_that_a_real_master_took(string recording)
    {
        foreach (var wire in Accepted(recording))
        {
            if (Ours(wire) is not { } call)
                continue;
            var (json, bytes) = (
                await SentAsync(call, wire.FrameworkId.Value, json: true), await SentAsync(call, wire.FrameworkId.Value, json: false));
            Assert.Equal(Normal(Encoding.UTF8.GetString(ProtoJsonWriter.Write(wire))), Normal(Encoding.UTF8.GetString(json)));
            Assert.Equal(wire, Call.Parser.ParseFrom(bytes));
        }
    }

    [Fact]
    public void Every_kind_of_call_that_we_make_was_compared() => Assert.Equal(
        OurCalls.Order(StringComparer.Ordinal),
        Recording.Names.SelectMany(Accepted).Where(w => Ours(w) is not null).Select(TypeOf).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_launch_says_all_that_a_recorded_launch_of_the_same_task_says()
    {
        var accepts = Recording.Names.SelectMany(Calls).Where(c => c.Status == 202 && c.Call.Accept is { } a
            && a.Operations.Count == 1 && a.Operations[0].Launch?.TaskInfos.Count == 1
                && IsPlain(a.Operations[0].Launch.TaskInfos[0])).ToList();
        Assert.True(accepts.Count > 20, accepts.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var (wire, _) in accepts)
        {
            var task = wire.Accept.Operations[0].Launch.TaskInfos[0];
            var sent = Call.Parser.ParseFrom(await SentAsync(LaunchOf(wire.Accept, task), wire.FrameworkId.Value, json: false)).Accept;
            var ours = sent.Operations.Single().Launch.TaskInfos.Single();
            Assert.Equal(wire.Accept.OfferIds, sent.OfferIds);
            Assert.Equal(Operation(wire.Accept), Operation(sent));
            // The offer's allocation is filled in by the master; shell is true by default; the kill policy is always ours.
            foreach (var resource in task.Resources)
                resource.AllocationInfo = null;
            task.Command.Shell = true;
            task.KillPolicy = ours.KillPolicy;
            Assert.Equal(task, ours);
        }
    }

    private static string Operation(Call.Types.Accept accept) => accept.Operations.Single().Type.ToString();

    private static bool IsPlain(TaskInfo task) =>
        task.Command is { HasShell: false } or { Shell: true, Arguments.Count: 0 }
        && task.Command is { User: "", Uris.Count: 0, Environment: null }
        && task is { Executor: null, HealthCheck: null, Check: null, Container: null, Labels: null, MaxCompletionTime: null, Discovery: null }
        && task.Resources.All(r => r.Scalar is { Value: > 0 } || r.Ranges is not null)
        && task.Resources.All(r => r.Name is "cpus" or "mem" or "disk" or "ports")
        && task.Resources.All(r => r is { Reservation: null, Reservations.Count: 0, Disk: null, HasRole: false })
        && task.Command.HasValue && task.TaskId.Value.Length > 0 && !task.HasData;

    private static AcceptOffers LaunchOf(Call.Types.Accept accept, TaskInfo task)
    {
        decimal Amount(string name) => task.Resources.Where(r => r.Name == name).Sum(r => (decimal)r.Scalar.Value);
        var ports = task.Resources.Where(r => r.Ranges is not null).SelectMany(r => r.Ranges.Range)
            .SelectMany(r => Enumerable.Range((int)r.Begin, (int)(r.End - r.Begin) + 1)).ToList();
        return new AcceptOffers(
            [.. accept.OfferIds.Select(o => o.Value)], task.AgentId.Value,
            [
                new TaskLaunch(
                    task.TaskId.Value, task.Name, new TaskResources(Amount("cpus"), Amount("mem"), Amount("disk"), ports),
                    task.Command.Value,
                    new Dictionary<string, string>(), [], new Dictionary<string, string>(), TimeSpan.FromSeconds(3), null, null, null,
                    null),
            ],
            TimeSpan.FromSeconds(accept.Filters?.RefuseSeconds ?? 5));
    }

    /// <summary>Null for a call, or a form of it, that we never send.</summary>
    private static MasterCall? Ours(Call wire) => TypeOf(wire) switch
    {
        "ACKNOWLEDGE" => new AcknowledgeUpdate(
            wire.Acknowledge.TaskId.Value, wire.Acknowledge.AgentId.Value, wire.Acknowledge.Uuid.ToByteArray()),
        "KILL" => new KillTask(
            wire.Kill.TaskId.Value, wire.Kill.AgentId?.Value,
            wire.Kill.KillPolicy?.GracePeriod is { } grace ? TimeSpan.FromTicks(grace.Nanoseconds / 100) : null),
        "RECONCILE" => new ReconcileTasks([.. wire.Reconcile.Tasks.Select(t => (t.TaskId.Value, t.AgentId?.Value))]),
        "DECLINE" when wire.Decline.Filters is { } f => new DeclineOffers([.. wire.Decline.OfferIds.Select(o => o.Value)], Refuse(f)),
        "REVIVE" => new ReviveOffers([.. wire.Revive?.Roles ?? []]),
        "SUPPRESS" => new SuppressOffers([.. wire.Suppress?.Roles ?? []]),
        "TEARDOWN" => new TeardownFramework(),
        "ACCEPT_INVERSE_OFFERS" => new AcceptInverseOffers(
            [.. wire.AcceptInverseOffers.InverseOfferIds.Select(o => o.Value)], Refuse(wire.AcceptInverseOffers.Filters)),
        "DECLINE_INVERSE_OFFERS" => new DeclineInverseOffers(
            [.. wire.DeclineInverseOffers.InverseOfferIds.Select(o => o.Value)], Refuse(wire.DeclineInverseOffers.Filters)),
        _ => null,
    };

    private static TimeSpan Refuse(Filters filters) => TimeSpan.FromSeconds(filters.RefuseSeconds);

    private static string TypeOf(Call wire) =>
        string.Concat(wire.Type.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    private static IEnumerable<Call> Accepted(string recording) =>
        Calls(recording).Where(c => c.Status == 202 && OurCalls.Contains(TypeOf(c.Call))).Select(c => c.Call);

    private static List<(Call Call, int Status)> Calls(string recording)
    {
        var steps = Recording.Read(recording);
        var calls = new List<(Call, int)>();
        foreach (var step in steps.Where(s => s.Kind == StepKind.Call))
        {
            var text = Encoding.Latin1.GetString(step.Bytes);
            var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            var answer = steps.FirstOrDefault(s => s.Kind == StepKind.Answer && s.Name == step.Name);
            if (answer is null || !text.StartsWith("POST /api/v1/scheduler HTTP", StringComparison.Ordinal)
                || !text.Contains("Content-Length", StringComparison.Ordinal)
                    || text.Contains("Content-Encoding", StringComparison.Ordinal))
                continue;
            var length = int.Parse(
                text.Split("Content-Length: ", 2)[1].Split("\r\n", 2)[0], System.Globalization.CultureInfo.InvariantCulture);
            var status = int.Parse(answer.Head.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
            if (status == 202)
                calls.Add((Parse(step.Bytes.AsMemory(body, length), text[body] == '{'), status));
        }

        return calls;
    }

    private static Call Parse(ReadOnlyMemory<byte> body, bool json) =>
        json ? ProtoJsonReader.Read<Call>(body) : Call.Parser.ParseFrom(body.Span);

    private static string Normal(string json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        return new JsonObject(node.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))).ToJsonString();
    }

    private static async Task<byte[]> SentAsync(MasterCall call, string frameworkId, bool json)
    {
        var stream = json ? Json(frameworkId) : Mesos.Tests.Harness.Streams.Of(Mesos.Tests.Harness.Streams.Subscribed(frameworkId));
        await using var fake = new ScriptedMaster().Then(stream, keepOpen: true);
        await using var client = TestClient.Of(fake, new MesosMasterOptions { UseJson = json });
        await client.ReceivesAsync<Subscribed>();
        await client.SendAsync(call);
        return Assert.Single(fake.Calls).Body;
    }

    private static byte[] Json(string frameworkId)
    {
        var record = Encoding.UTF8.GetString(ProtoJsonWriter.Write(Mesos.Tests.Harness.Streams.Subscribed(frameworkId)));
        var head = Mesos.Tests.Harness.Streams.Head.Replace("x-protobuf", "json", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($"{head}{record.Length}\n{record}");
    }
}
