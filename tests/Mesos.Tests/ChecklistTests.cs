using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Mesos.Wire;
using Pipeline.TestKit;

namespace Pipeline.Mesos.Tests;

/// <summary>
/// What every framework must do, by the numbers of that list, as far as it is the client's to do. The first item is
/// <see cref="RecordIoTests"/> and <see cref="BadMasterTests"/>.
/// </summary>
public sealed class ChecklistTests
{
    [Fact]
    public async Task Item_02_the_stream_id_goes_with_every_call_and_not_with_SUBSCRIBE()
    {
        await using var fake = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake);
        await client.ReceivesAsync<Subscribed>();
        foreach (var call in AllCalls)
            await client.SendAsync(call);

        Assert.All(fake.Subscribes, s => Assert.DoesNotContain("mesos-stream-id", s.Headers.Keys));
        Assert.Equal(AllCalls.Length, fake.Calls.Count);
        Assert.All(fake.Calls, c => Assert.Equal(Streams.Id, c.Headers["mesos-stream-id"]));
        Assert.All(fake.Calls, c => Assert.Equal("f-0000", Call.Parser.ParseFrom(c.Body).FrameworkId.Value));
    }

    [Fact]
    public async Task Item_02_after_a_new_subscription_the_new_stream_id_counts()
    {
        await using var fake = new ScriptedMaster()
            .Then(Streams.Of(Streams.Subscribed()))
            .Then(
                Encoding.ASCII.GetBytes(Streams.Head.Replace(Streams.Id, "second", StringComparison.Ordinal))
                    .Concat(Streams.Record(Streams.Subscribed())).ToArray(), keepOpen: true);
        await using var client = TestClient.Of(fake);
        await client.ReceivesAsync<Subscribed>(2);
        await client.SendAsync(new ReviveOffers([]));

        Assert.Equal("second", Assert.Single(fake.Calls).Headers["mesos-stream-id"]);
    }

    [Fact]
    public async Task Item_03_heartbeats_keep_the_stream_and_their_absence_ends_it()
    {
        var time = new FakeTimeProvider();
        var beat = new SemaphoreSlim(0);
        await using var fake = new ScriptedMaster().Then(async (stream, ct) =>
        {
            await stream.WriteAsync(Streams.Of(Streams.Subscribed()), ct);
            while (true)
            {
                await beat.WaitAsync(ct);
                // The update after it shows that the heartbeat was read.
                await stream.WriteAsync(
                    (byte[])[.. Streams.Record(new Event { Type = Event.Types.Type.Heartbeat }), .. Streams.Record(Streams.Update("beat"))], ct);
            }
        });
        await using var client = TestClient.Of(fake, time: time);
        await client.ReceivesAsync<Subscribed>();
        for (var i = 1; i <= 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(70));
            beat.Release();
            await client.ReceivesAsync<TaskUpdated>(i);
        }

        Assert.Empty(client.Events.OfType<Disconnected>());
        time.Advance(TimeSpan.FromSeconds(76));
        Assert.Contains("silent", (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_04_masters_are_tried_in_jittered_order()
    {
        const string NoLeader = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 17\r\n\r\nNo leader elected";
        var first = new List<ScriptedMaster>();
        await using var one = new ScriptedMaster { Always = NoLeader };
        await using var two = new ScriptedMaster { Always = NoLeader };
        await using var three = new ScriptedMaster { Always = NoLeader };
        ScriptedMaster[] all = [one, two, three];
        for (var i = 0; i < 40; i++)
        {
            // One round only: whoever was asked first is seen in the order of the arrivals.
            var before = all.Select(m => m.Subscribes.Count).ToArray();
            var options = new MesosMasterOptions { Masters = [one.Url, two.Url, three.Url] };
            await using var client = TestClient.Of(one, options, new FakeTimeProvider());
            await client.ReceivesAsync<Disconnected>();
            Assert.Equal([1, 1, 1], all.Zip(before, (m, b) => m.Subscribes.Count - b));
            first.Add(all.MinBy(m => m.Subscribes.Last().At)!);
        }

        Assert.All(all, m => Assert.Contains(m, first)); // 3 · (2/3)^40 that one of them is never first
    }

    [Fact]
    public async Task Item_04_the_leader_changes_in_the_middle_of_a_stream()
    {
        await using var second = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed(), Streams.Update("after")), keepOpen: true);
        await using var first = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed(), Streams.Update("before")));
        first.Always = $"HTTP/1.1 307 Temporary Redirect\r\nLocation: //{second.Url.Authority}/master/api/v1/scheduler\r\nContent-Length: 0\r\n\r\n";
        await using var client = TestClient.Of(first);
        await client.ReceivesAsync<TaskUpdated>(2);
        await client.SendAsync(new KillTask("before", null, null));

        Assert.Equal(["before", "after"], client.Events.OfType<TaskUpdated>().Select(u => u.Status.TaskId));
        Assert.Empty(first.Calls);
        Assert.Single(second.Calls);
    }

    [Theory]
    [InlineData("Framework has been removed", SubscriptionEnd.FrameworkRemoved)] // item 05
    [InlineData("Framework failed over", SubscriptionEnd.FailedOver)] // item 06
    [InlineData("Framework 'x' is not authorized to use role 'y'", SubscriptionEnd.Unauthorized)]
    [InlineData("Changing framework's principal is not allowed.", SubscriptionEnd.Refused)]
    public async Task Items_05_and_06_an_ERROR_ends_it_for_good_and_nobody_subscribes_again(string message, SubscriptionEnd end)
    {
        var error = new Event { Type = Event.Types.Type.Error, Error = new Event.Types.Error { Message = message } };
        await using var fake = new ScriptedMaster { Always = Encoding.ASCII.GetString(Streams.Of(Streams.Subscribed())) }
            .Then(Streams.Of(Streams.Subscribed(), error, Streams.Update("never seen")));
        await using var client = TestClient.Of(fake);
        await client.Listening;

        var last = Assert.IsType<SubscriptionEnded>(client.Events[^1]);
        Assert.Equal((end, message), (last.End, last.Reason));
        Assert.Empty(client.Events.OfType<TaskUpdated>());
        Assert.Single(fake.Subscribes);
        await Assert.ThrowsAsync<MesosCallException>(() => client.SendAsync(new ReviveOffers([])));
    }

    [Theory]
    [InlineData(401, SubscriptionEnd.Unauthorized)]
    [InlineData(403, SubscriptionEnd.Unauthorized)]
    [InlineData(400, SubscriptionEnd.Refused)]
    [InlineData(406, SubscriptionEnd.Refused)]
    [InlineData(415, SubscriptionEnd.Refused)]
    public async Task Item_23_a_refusal_ends_it_with_status_and_sentence(int status, SubscriptionEnd end)
    {
        await using var fake = new ScriptedMaster { Always = $"HTTP/1.1 {status} No\r\nContent-Length: 9\r\n\r\nSaid why." };
        await using var client = TestClient.Of(fake);
        await client.Listening;

        var last = Assert.IsType<SubscriptionEnded>(Assert.Single(client.Events));
        Assert.Equal((end, $"{status} Said why."), (last.End, last.Reason));
    }

    [Fact]
    public async Task Items_05_07_and_08_every_SUBSCRIBE_says_id_failover_timeout_checkpoint_and_capabilities()
    {
        await using var fake = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed())).Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake, framework: TestClient.Framework with { FrameworkId = "known", StartSuppressed = true });
        await client.ReceivesAsync<Subscribed>(2);

        Assert.All(fake.Subscribes, s =>
        {
            var call = Call.Parser.ParseFrom(s.Body);
            var info = call.Subscribe.FrameworkInfo;
            Assert.Equal(("known", "known"), (call.FrameworkId.Value, info.Id.Value));
            Assert.Equal((true, 604800d), (info.Checkpoint, info.FailoverTimeout));
            Assert.Equal(["MultiRole", "PartitionAware", "TaskKillingState"], info.Capabilities.Select(c => c.Type.ToString()).Order());
            Assert.Equal(["pipeline/build"], info.Roles);
            Assert.Equal(["pipeline/build"], call.Subscribe.SuppressedRoles);
        });
    }

    [Fact]
    public async Task Item_11_amounts_are_exact_to_three_decimals_and_ranges_are_kept()
    {
        var offer = PlainOffer();
        offer.Resources.Add([Scalar("cpus", 0.1), Scalar("cpus", 0.2), Scalar("mem", 1023.9996), Scalar("disk", double.NaN), Scalar("cpus", -3)]);
        offer.Resources.Add(new Resource
        {
            Name = "ports", Type = Value.Types.Type.Ranges,
            Ranges = new Value.Types.Ranges
            {
                Range =
                {
                    new Value.Types.Range { Begin = 31000, End = 31005 }, new Value.Types.Range { Begin = 80, End = 80 },
                    new Value.Types.Range { Begin = 9, End = 3 }, new Value.Types.Range { Begin = 1, End = ulong.MaxValue },
                },
            },
        });
        var seen = (await OfferAsync(offer)).Resources;

        Assert.Equal((0.3m, 1024m, 0m), (seen.Cpus, seen.MemoryMb, seen.DiskMb));
        Assert.Equal([new PortRange(31000, 31005), new PortRange(80, 80)], seen.Ports);
    }

    [Fact]
    public async Task Items_12_and_15_events_come_in_the_order_of_the_stream()
    {
        var offers = new Event { Type = Event.Types.Type.Offers, Offers = new Event.Types.Offers { Offers_ = { PlainOffer() } } };
        var rescind = new Event
        {
            Type = Event.Types.Type.Rescind, Rescind = new Event.Types.Rescind { OfferId = new OfferID { Value = "o1" } },
        };
        await using var fake = new ScriptedMaster().Then(
            Streams.Of(Streams.Subscribed(), offers, Streams.Update("a"), rescind, Streams.Update("b"), Streams.Update("a")), keepOpen: true);
        await using var client = TestClient.Of(fake);
        await client.ReceivesAsync<TaskUpdated>(3);

        Assert.Equal(
            ["Subscribed", "OffersReceived o1", "TaskUpdated a", "OfferRescinded o1", "TaskUpdated b", "TaskUpdated a"],
            client.Events.Select(e => e switch
            {
                OffersReceived o => "OffersReceived " + o.Offers[0].Id,
                OfferRescinded r => "OfferRescinded " + r.OfferId,
                TaskUpdated u => "TaskUpdated " + u.Status.TaskId,
                _ => e.GetType().Name,
            }));
    }

    [Fact]
    public async Task Item_19_inverse_offers_and_windows_arrive()
    {
        var window = new Unavailability
        {
            Start = new TimeInfo { Nanoseconds = 1_795_356_103_796_280_200 }, Duration = new DurationInfo { Nanoseconds = 3_600_000_000_000 },
        };
        var offer = PlainOffer();
        offer.Unavailability = window;
        var inverse = new Event
        {
            Type = Event.Types.Type.InverseOffers,
            InverseOffers = new Event.Types.InverseOffers
            {
                InverseOffers_ =
                {
                    new Wire.InverseOffer
                    {
                        Id = new OfferID { Value = "i1" }, AgentId = new AgentID { Value = "a1" }, FrameworkId = new FrameworkID { Value = "f" },
                        Unavailability = window,
                    },
                },
            },
        };
        var expected = new MaintenanceWindow(new DateTimeOffset(2026, 11, 22, 14, 1, 43, TimeSpan.Zero).AddTicks(7962802), TimeSpan.FromHours(1));
        await using var fake = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed(), inverse), keepOpen: true);
        await using var client = TestClient.Of(fake);

        Assert.Equal(new InverseOffer("i1", "a1", expected), Assert.Single((await client.ReceivesAsync<InverseOffersReceived>()).Offers));
        Assert.Equal(expected, (await OfferAsync(offer)).Unavailability);
    }

    [Fact]
    public async Task Item_21_a_graceful_stop_closes_the_stream_without_TEARDOWN()
    {
        await using var fake = new ScriptedMaster().Then(async (stream, ct) =>
        {
            await stream.WriteAsync(Streams.Of(Streams.Subscribed()), ct);
            Assert.Equal(0, await stream.ReadAsync(new byte[1], ct));
        });
        var client = TestClient.Of(fake);
        await client.ReceivesAsync<Subscribed>();
        await client.DisposeAsync();
        await Eventually.IsTrueAsync(() => Task.FromResult(fake.Ended == 1), TimeSpan.FromSeconds(10), "the stream is closed");

        Assert.Empty(fake.Calls);
    }

    [Fact]
    public async Task Item_22_reserved_persistent_shared_and_revocable_resources_are_left_out()
    {
        var offer = PlainOffer();
        offer.AllocationInfo = new Resource.Types.AllocationInfo { Role = "pipeline/build" };
        Resource[] odd = [Scalar("cpus", 8), Scalar("cpus", 8), Scalar("cpus", 8), Scalar("cpus", 8)];
        odd[0].Role = "pipeline";
        odd[1].Reservations.Add(new Resource.Types.ReservationInfo { Role = "pipeline" });
        odd[2].Revocable = new Resource.Types.RevocableInfo();
        odd[3].Shared = new Resource.Types.SharedInfo();
        offer.Resources.Add(odd);
        var plain = Scalar("cpus", 1);
        plain.Role = "*";
        offer.Resources.Add(plain);
        var seen = await OfferAsync(offer);

        Assert.Equal((1m, "pipeline/build"), (seen.Resources.Cpus, seen.Role));
    }

    [Fact]
    public async Task Item_23_the_secret_goes_with_every_request_also_after_a_redirect_and_into_no_text()
    {
        await using var leader = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var other = new ScriptedMaster
        {
            Always = $"HTTP/1.1 307 Temporary Redirect\r\nLocation: //{leader.Url.Authority}/master/api/v1/scheduler\r\nContent-Length: 0\r\n\r\n",
        };
        var options = new MesosMasterOptions { Masters = [other.Url], Principal = "fw", Secret = "hush" };
        await using var client = TestClient.Of(other, options);
        await client.ReceivesAsync<Subscribed>();
        foreach (var call in AllCalls)
            await client.SendAsync(call);

        var basic = "Basic " + Convert.ToBase64String("fw:hush"u8);
        Assert.All((SeenRequest[])[.. other.Subscribes, .. leader.Subscribes, .. leader.Calls], r => Assert.Equal(basic, r.Headers["authorization"]));
        Assert.DoesNotContain("hush", options.ToString(), StringComparison.Ordinal);
        Assert.Equal(AllCalls.Length, leader.Calls.Count);
    }

    [Fact]
    public async Task Item_24_unknown_events_states_reasons_sources_and_fields_are_tolerated()
    {
        var odd = Streams.Update("odd");
        odd.Update.Status.State = (Wire.TaskState)99;
        odd.Update.Status.Reason = (Wire.TaskStatus.Types.Reason)9999;
        odd.Update.Status.Source = (Wire.TaskStatus.Types.Source)77;
        var unknown = new Event { Type = (Event.Types.Type)1234 };
        // Field 500 of the event, a string.
        byte[] extra = [.. Streams.Record(Streams.Update("extra"))];
        var record = "extra field"u8.ToArray();
        byte[] withField = [.. extra[(Array.IndexOf(extra, (byte)'\n') + 1)..], 0xa2, 0x1f, (byte)record.Length, .. record];
        await using var fake = new ScriptedMaster().Then(
            (byte[])[
                .. Streams.Of(Streams.Subscribed(), unknown, odd),
                .. Encoding.ASCII.GetBytes($"{withField.Length}\n"), .. withField,
            ], keepOpen: true);
        await using var client = TestClient.Of(fake);
        await client.ReceivesAsync<TaskUpdated>(2);

        var statuses = client.Events.OfType<TaskUpdated>().Select(u => u.Status).ToList();
        Assert.Equal(("odd", TaskState.Unknown, "9999", "77"), (statuses[0].TaskId, statuses[0].State, statuses[0].Reason, statuses[0].Source));
        Assert.Equal(("extra", TaskState.Running), (statuses[1].TaskId, statuses[1].State));
    }

    [Fact]
    public async Task Item_24_a_state_that_JSON_names_and_we_do_not_know_is_unknown_and_not_the_first_one()
    {
        const string Subscribed = """{"type":"SUBSCRIBED","subscribed":{"framework_id":{"value":"f"},"new":{"x":[1]}}}""";
        const string Update = """{"type":"UPDATE","update":{"status":{"task_id":{"value":"t"},"state":"TASK_DREAMING","reason":"REASON_NEW"}}}""";
        const string Unknown = """{"type":"SOMETHING_NEW","something_new":{"a":1}}""";
        var body = string.Concat(new[] { Subscribed, Unknown, Update }.Select(r => $"{r.Length}\n{r}"));
        await using var fake = new ScriptedMaster().Then(
            Streams.Head.Replace("x-protobuf", "json", StringComparison.Ordinal) + body, keepOpen: true);
        await using var client = TestClient.Of(fake, new MesosMasterOptions { UseJson = true });

        var status = (await client.ReceivesAsync<TaskUpdated>()).Status;
        Assert.Equal((TaskState.Unknown, null), (status.State, status.Reason));
    }

    [Fact]
    public async Task A_call_that_gets_no_answer_in_time_fails_and_the_next_one_leaves()
    {
        var time = new FakeTimeProvider();
        await using var fake = new ScriptedMaster { AnswerToCalls = "" }.Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake, time: time);
        await client.ReceivesAsync<Subscribed>();
        var call = client.SendAsync(new KillTask("t", null, null));
        await Eventually.IsTrueAsync(() => Task.FromResult(fake.Calls.Count == 1), TimeSpan.FromSeconds(10), "the call is there");
        time.Advance(TimeSpan.FromSeconds(16));
        var failed = await Assert.ThrowsAsync<MesosCallException>(() => call);
        fake.AnswerToCalls = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        await client.SendAsync(new KillTask("u", null, null));

        Assert.Contains("did not answer within 15 s", failed.Message, StringComparison.Ordinal);
        Assert.Null(failed.Status);
    }

    [Theory]
    [InlineData(400, "The stream ID 'x' included in this request didn't match the stream ID currently associated with framework ID f")]
    [InlineData(403, "Framework is not subscribed")]
    [InlineData(503, "No leader elected")]
    public async Task A_call_that_is_refused_says_what_the_master_said(int status, string sentence)
    {
        await using var fake = new ScriptedMaster { AnswerToCalls = $"HTTP/1.1 {status} No\r\nContent-Length: {sentence.Length}\r\n\r\n{sentence}" }
            .Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake);
        await client.ReceivesAsync<Subscribed>();
        var refused = await Assert.ThrowsAsync<MesosCallException>(() => client.SendAsync(new ReviveOffers([])));

        Assert.Equal(((HttpStatusCode)status, sentence), (refused.Status, refused.Body));
    }

    internal static readonly MasterCall[] AllCalls =
    [
        new AcceptOffers(["o1"], "a1", [], TimeSpan.FromSeconds(5)), new DeclineOffers(["o1"], TimeSpan.FromHours(1)),
        new ReviveOffers(["pipeline/build"]), new SuppressOffers(["pipeline/build"]), new KillTask("t", "a1", TimeSpan.FromSeconds(3)),
        new AcknowledgeUpdate("t", "a1", new byte[16]), new ReconcileTasks([("t", "a1")]),
        new AcceptInverseOffers(["i1"], TimeSpan.Zero), new DeclineInverseOffers(["i1"], TimeSpan.Zero), new TeardownFramework(),
    ];

    private static async Task<Offer> OfferAsync(Wire.Offer offer)
    {
        var offers = new Event { Type = Event.Types.Type.Offers, Offers = new Event.Types.Offers { Offers_ = { offer } } };
        await using var fake = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed(), offers), keepOpen: true);
        await using var client = TestClient.Of(fake);
        return Assert.Single((await client.ReceivesAsync<OffersReceived>()).Offers);
    }

    private static Wire.Offer PlainOffer() => new()
    {
        Id = new OfferID { Value = "o1" }, FrameworkId = new FrameworkID { Value = "f-0000" }, AgentId = new AgentID { Value = "a1" },
        Hostname = "host",
    };

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
}
