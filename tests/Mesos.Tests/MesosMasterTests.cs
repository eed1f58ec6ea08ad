using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Mesos.Client;
using Pipeline.Mesos.Wire;
using Pipeline.TestKit;

namespace Pipeline.Mesos.Tests;

/// <summary>The client against the recorded bytes of a real master, on a real socket.</summary>
public sealed class MesosMasterTests
{
    private static readonly FrameworkDescription Framework = new(
        null, "pipeline", "root", "pipeline/build", null, TimeSpan.FromDays(7), "localhost", null, false);

    [Theory]
    [InlineData("launch-json.http", true)]
    [InlineData("launch-protobuf.http", false)]
    public async Task Recorded_stream_of_a_launch_is_read_in_order(string recording, bool json)
    {
        await using var fake = new ScriptedMaster().Then(ScriptedMaster.Recording(recording));
        await using var master = TestClient(fake, json: json);
        var events = await TakeUntilAsync(master, e => e is Disconnected);

        var subscribed = Assert.IsType<Subscribed>(events[0]);
        Assert.EndsWith(json ? "-0000" : "-0006", subscribed.FrameworkId);
        Assert.Equal(TimeSpan.FromSeconds(15), subscribed.HeartbeatInterval);
        Assert.Equal("127.0.0.1:5050", subscribed.MasterAddress);
        var offer = Assert.Single(events.OfType<OffersReceived>().First().Offers);
        Assert.Equal(4m, offer.Resources.Cpus);
        Assert.Equal(new PortRange(31000, 31100), Assert.Single(offer.Resources.Ports));
        Assert.Equal("http://127.0.0.1:5051", offer.AgentUrl);
        Assert.Equal("rack1", offer.Attributes["rack"]);
        Assert.Equal(3.9m, events.OfType<OffersReceived>().ElementAt(1).Offers[0].Resources.Cpus);
        var updates = events.OfType<TaskUpdated>().Select(u => u.Status).ToList();
        Assert.Equal([TaskState.Starting, TaskState.Running, TaskState.Finished], updates.Select(s => s.State));
        Assert.All(updates, s => Assert.Equal(16, s.Uuid!.Length));
        Assert.Equal("Command exited with status 0", updates[2].Message);
        Assert.Equal("SOURCE_EXECUTOR", updates[2].Source);
        Assert.Equal("127.0.0.1", updates[2].ContainerAddress);
    }

    [Fact]
    public async Task Subscribe_says_everything_that_must_be_said_each_time()
    {
        await using var fake = new ScriptedMaster().Then(ScriptedMaster.Recording("launch-protobuf.http"));
        await using var master = TestClient(fake, new MesosMasterOptions { Masters = [fake.Url], Principal = "p", Secret = "s" });
        await TakeUntilAsync(master, e => e is Subscribed, () => Framework with { FrameworkId = "known" });

        Assert.True(fake.Subscribes.TryDequeue(out var request));
        Assert.Equal("application/x-protobuf", request.Headers["content-type"]);
        Assert.Equal("Basic " + Convert.ToBase64String("p:s"u8), request.Headers["authorization"]);
        var call = Call.Parser.ParseFrom(request.Body);
        var info = call.Subscribe.FrameworkInfo;
        Assert.Equal("known", call.FrameworkId.Value);
        Assert.Equal("known", info.Id.Value);
        Assert.True(info.Checkpoint);
        Assert.Equal(TimeSpan.FromDays(7).TotalSeconds, info.FailoverTimeout);
        Assert.Equal(
            ["MultiRole", "PartitionAware", "TaskKillingState"], info.Capabilities.Select(c => c.Type.ToString()).Order());
    }

    [Theory]
    [InlineData("removed.http", SubscriptionEnd.FrameworkRemoved)]
    [InlineData("failed-over.http", SubscriptionEnd.FailedOver)]
    public async Task Recorded_error_ends_the_subscription_for_good(string recording, SubscriptionEnd end)
    {
        await using var fake = new ScriptedMaster().Then(ScriptedMaster.Recording(recording));
        await using var master = TestClient(fake, json: true);
        var events = await TakeUntilAsync(master, _ => false);

        Assert.Equal(end, Assert.IsType<SubscriptionEnded>(events[^1]).End);
        Assert.Single(fake.Subscribes);
    }

    [Fact]
    public async Task No_leader_and_a_broken_stream_are_tried_again()
    {
        await using var fake = new ScriptedMaster()
            .Then(ScriptedMaster.Recording("no-leader.http"))
            .Then("HTTP/1.1 200 OK\r\nMesos-Stream-Id: s\r\n\r\nnot a record")
            .Then(ScriptedMaster.Recording("launch-protobuf.http"));
        await using var master = TestClient(fake);
        var events = await TakeUntilAsync(master, e => e is Subscribed);

        Assert.Equal(["503 No leader elected"], events.OfType<Disconnected>().Take(1).Select(d => d.Reason));
        Assert.Equal(2, events.OfType<Disconnected>().Count());
    }

    [Fact]
    public async Task Redirect_without_scheme_leads_to_the_leader()
    {
        await using var leader = new ScriptedMaster().Then(ScriptedMaster.Recording("launch-protobuf.http"));
        var redirect = Encoding.UTF8.GetString(ScriptedMaster.Recording("not-leading.http"))
            .Replace("localhost:5050", leader.Url.Authority, StringComparison.Ordinal);
        await using var other = new ScriptedMaster().Then(redirect);
        await using var master = TestClient(other);
        await TakeUntilAsync(master, e => e is Subscribed);

        Assert.Equal("/master/api/v1/scheduler", Assert.Single(leader.Subscribes).Target);
    }

    [Fact]
    public async Task Wrong_secret_ends_the_subscription()
    {
        await using var fake = new ScriptedMaster().Then("HTTP/1.1 401 Unauthorized\r\nContent-Length: 17\r\n\r\n401 Unauthorized.");
        await using var master = TestClient(fake);
        var events = await TakeUntilAsync(master, _ => false);

        Assert.Equal(SubscriptionEnd.Unauthorized, Assert.IsType<SubscriptionEnded>(Assert.Single(events)).End);
    }

    [Fact]
    public async Task Silence_of_five_heartbeats_ends_the_connection()
    {
        var time = new FakeTimeProvider();
        await using var fake = new ScriptedMaster().Then(FirstEvents("launch-protobuf.http", 400), keepOpen: true);
        await using var master = new MesosMaster(new MesosMasterOptions { Masters = [fake.Url] }, time, NullLogger<MesosMaster>.Instance);
        var events = new List<MasterEvent>();
        var reading = ReadAsync(master, events);
        await Eventually.IsTrueAsync(() => Task.FromResult(Count<Subscribed>(events) == 1), TimeSpan.FromSeconds(10), "subscribed");
        time.Advance(TimeSpan.FromSeconds(74));
        Assert.Equal(0, Count<Disconnected>(events));
        time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.IsTrueAsync(() => Task.FromResult(Count<Disconnected>(events) == 1), TimeSpan.FromSeconds(10), "disconnected");
        await master.DisposeAsync();
        await reading;
    }

    [Fact]
    public async Task Calls_carry_the_stream_id_and_leave_in_order()
    {
        await using var fake = new ScriptedMaster().Then(FirstEvents("launch-protobuf.http", 400), keepOpen: true);
        await using var master = TestClient(fake);
        await foreach (var e in master.SubscribeAsync(() => Framework, TestContext.Current.CancellationToken))
        {
            if (e is not Subscribed)
                continue;
            var sends = Enumerable.Range(0, 50).Select(i => master.SendAsync(new KillTask($"t{i}", null, null), CancellationToken.None));
            await Task.WhenAll(sends);
            break;
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"t{i}"), fake.Calls.Select(c => Call.Parser.ParseFrom(c.Body).Kill.TaskId.Value));
        Assert.All(fake.Calls, c => Assert.Equal("d6484975-b79e-472b-80ff-530ffc8b7f2f", c.Headers["mesos-stream-id"]));
    }

    [Fact]
    public async Task A_refused_call_tells_status_and_sentence()
    {
        await using var fake
            = new ScriptedMaster { AnswerToCalls = "HTTP/1.1 403 Forbidden\r\nContent-Length: 27\r\n\r\nFramework is not subscribed" }
            .Then(FirstEvents("launch-protobuf.http", 400), keepOpen: true);
        await using var master = TestClient(fake);
        await Assert.ThrowsAsync<MesosCallException>(() => master.SendAsync(new ReviveOffers([]), CancellationToken.None));
        await foreach (var e in master.SubscribeAsync(() => Framework, TestContext.Current.CancellationToken))
        {
            var refused = await Assert.ThrowsAsync<MesosCallException>(() => master.SendAsync(new ReviveOffers([]),
                CancellationToken.None));
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.Status);
            Assert.Equal("Framework is not subscribed", refused.Body);
            break;
        }
    }

    private static byte[] FirstEvents(string recording, int bytes) => ScriptedMaster.Recording(recording)[..bytes];

    private static MesosMaster TestClient(ScriptedMaster fake, bool json = false) =>
        TestClient(fake, new MesosMasterOptions { Masters = [fake.Url], UseJson = json });

    private static MesosMaster TestClient(ScriptedMaster _, MesosMasterOptions options) =>
        new(options, TimeProvider.System, NullLogger<MesosMaster>.Instance);

    private static int Count<T>(List<MasterEvent> events)
    {
        lock (events)
            return events.OfType<T>().Count();
    }

    private static async Task ReadAsync(MesosMaster master, List<MasterEvent> events)
    {
        await foreach (var e in master.SubscribeAsync(() => Framework, CancellationToken.None))
        {
            lock (events)
                events.Add(e);
        }
    }

    private static async Task<List<MasterEvent>> TakeUntilAsync(
        MesosMaster master, Func<MasterEvent, bool> last, Func<FrameworkDescription>? framework = null)
    {
        var events = new List<MasterEvent>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var e in master.SubscribeAsync(framework ?? (() => Framework), limit.Token))
        {
            events.Add(e);
            if (last(e))
                break;
        }

        return events;
    }
}
