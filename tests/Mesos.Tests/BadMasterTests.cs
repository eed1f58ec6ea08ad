using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Mesos.RecordIo;
using Pipeline.Mesos.Wire;
using Pipeline.TestKit;

namespace Pipeline.Mesos.Tests;

/// <summary>Masters that are broken, or are none: the client holds little memory, says what was wrong, and comes again.</summary>
public sealed class BadMasterTests
{
    private const int EventsHeld = 16 * 1024; // by a client whose reader is slow
    private const int Polls = 40; // of a number that does not change any more
    private const int Bounded = 32 * 1024 * 1024; // what sockets and one read may take before a connection is dropped

    public static TheoryData<string, string> Garbage => new()
    {
        { "HTTP/1.1 200 OK\r\nMesos-Stream-Id: s\r\nContent-Type: application/x-protobuf\r\n\r\nno\n", "where a digit" },
        { Streams.Head + "5\nab", "closed" },
        { Streams.Head + "2\n\b\b", "does not begin with SUBSCRIBED" },
        { Streams.Head + "0\n", "empty record" },
        { Streams.Head + "1073741824\n", "longer than" },
        { Streams.Head + "99999999999\n", "no end of the length" },
        { "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n\r\n", "no Mesos-Stream-Id" },
        { "HTTP/1.1 200 OK\r\nMesos-Stream-Id: s\r\nContent-Type: text/html\r\n\r\n<html>Login</html>", "answered with text/html instead of application/x-protobuf" },
        { "HTTP/1.1 200 OK\r\nMesos-Stream-Id: s\r\nContent-Type: application/json\r\n\r\n20\n{\"type\":\"HEARTBEAT\"}", "answered with application/json instead of application/x-protobuf" },
        { "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nboom", "500 boom" },
        { "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n\r\n", "307" },
        { "HTTP/1.1 307 Temporary Redirect\r\nLocation: ftp://elsewhere/\r\nContent-Length: 0\r\n\r\n", "not followed" },
        { "SSH-2.0-OpenSSH_9.2\r\n", "" },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task What_no_master_says_is_a_dead_connection_with_the_reason(string answer, string reason)
    {
        await using var fake = new ScriptedMaster().Then(answer).Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake);

        Assert.Contains(reason, (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        await client.ReceivesAsync<Subscribed>();
    }

    [Fact]
    public async Task A_stream_that_ends_in_the_middle_of_a_record_gives_what_was_whole_before()
    {
        var record = Streams.Record(Streams.Update("half"));
        await using var fake = new ScriptedMaster()
            .Then([.. Streams.Of(Streams.Subscribed(), Streams.Update("whole")), .. record[..^1]])
            .Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake);
        await client.ReceivesAsync<Subscribed>(2);

        Assert.Equal("whole", Assert.Single(client.Events.OfType<TaskUpdated>()).Status.TaskId);
    }

    public static TheoryData<string, string> Floods => new()
    {
        { "headers without end", "HTTP/1.1 200 OK\r\n" },
        { "a body of zeros", Streams.Head },
        { "chunks that say nothing", "HTTP/1.1 200 OK\r\nMesos-Stream-Id: s\r\nTransfer-Encoding: chunked\r\n\r\n1;" },
        { "an error that never ends", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1073741824\r\n\r\n" },
        { "a record without end", Streams.Head + "60000000\n" },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_gigabyte_of_nothing_is_not_held(string what, string begin)
    {
        long written = 0;
        var over = new TaskCompletionSource();
        await using var fake = new ScriptedMaster()
            .Then(async (stream, ct) =>
            {
                try
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(begin), ct);
                    var nothing = Encoding.ASCII.GetBytes(Filler(what));
                    for (; written < 1L << 30; written += nothing.Length)
                        await stream.WriteAsync(nothing, ct);
                }
                finally
                {
                    over.SetResult();
                }
            })
            .Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake, new MesosMasterOptions { MaxRecordBytes = 1024 * 1024 });
        await client.ReceivesAsync<Subscribed>();
        await over.Task;

        Assert.InRange(written, 0, Bounded);
        Assert.Single(client.Events.OfType<Disconnected>());
    }

    [Fact]
    public void Memory_of_a_huge_record_is_given_back()
    {
        var reader = new RecordIoReader();
        reader.Feed(Encoding.ASCII.GetBytes("30000000\n"));
        for (var at = 0; at < 30_000_000; at += 60_000)
            reader.Feed(new byte[60_000]);
        Assert.True(reader.TryRead(out var record));
        Assert.Equal(30_000_000, record.Length);
        reader.Feed("2\n"u8);

        Assert.InRange(reader.Capacity, 2, 1024 * 1024);
    }

    [Fact]
    public async Task A_huge_record_of_a_real_cluster_is_read()
    {
        var offers = new Event { Type = Event.Types.Type.Offers, Offers = new Event.Types.Offers() };
        for (var i = 0; i < 20_000; i++)
            offers.Offers.Offers_.Add(new Wire.Offer
            {
                Id = new OfferID { Value = $"o{i}" }, AgentId = new AgentID { Value = $"a{i}" }, Hostname = new string('h', 200),
            });
        await using var fake = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed(), offers), keepOpen: true);
        await using var client = TestClient.Of(fake);

        Assert.Equal(20_000, (await client.ReceivesAsync<OffersReceived>()).Offers.Count);
    }

    [Fact]
    public async Task A_slow_reader_holds_the_master_back_and_is_not_taken_for_a_silent_master()
    {
        long written = 0;
        var time = new FakeTimeProvider();
        var update = Streams.Record(Streams.Update(new string('t', 200)));
        // Small: what is left of one when the master is held back does not count as written.
        var burst = Enumerable.Repeat(update, 20).SelectMany(b => b).ToArray();
        await using var fake = new ScriptedMaster().Then(async (stream, ct) =>
        {
            await stream.WriteAsync(Streams.Of(Streams.Subscribed()), ct);
            for (; ; Interlocked.Add(ref written, burst.Length))
                await stream.WriteAsync(burst, ct);
        });
        var reads = new TaskCompletionSource();
        await using var client = TestClient.Of(fake, time: time, readsAfter: reads);
        await client.ReceivesAsync<Subscribed>();
        // Until the client holds all that it may, it waits for the socket, and an hour of that is silence.
        var (before, still) = (-1L, 0);
        await Eventually.IsTrueAsync(
            () =>
            {
                var now = Interlocked.Read(ref written);
                still = now == before && now > EventsHeld * update.Length ? still + 1 : 0;
                before = now;
                return Task.FromResult(still == Polls);
            },
            TimeSpan.FromSeconds(60), "the master cannot send more");
        time.Advance(TimeSpan.FromHours(1));
        reads.SetResult();
        await client.ReceivesAsync<TaskUpdated>(20_000);

        Assert.InRange(before, 1, Bounded);
        Assert.Empty(client.Events.OfType<Disconnected>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData(Streams.Head)]
    [InlineData(Streams.Head + "188\n")]
    public async Task A_master_that_never_comes_to_SUBSCRIBED_is_given_up_though_bytes_drip(string begin)
    {
        var time = new FakeTimeProvider();
        var drips = 0;
        await using var fake = new ScriptedMaster()
            .Then(async (stream, ct) =>
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(begin), ct);
                for (; begin.Length > 0; Interlocked.Increment(ref drips))
                {
                    await stream.WriteAsync("0"u8.ToArray(), ct);
                    await stream.FlushAsync(ct);
                    await Task.Delay(20, ct);
                }

                await Task.Delay(Timeout.Infinite, ct);
            })
            .Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake, new MesosMasterOptions { CallTimeout = TimeSpan.FromSeconds(15) }, time);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(fake.Subscribes.Count == 1 && (begin.Length == 0 || Volatile.Read(ref drips) > 2)),
            TimeSpan.FromSeconds(10), "it drips");
        time.Advance(TimeSpan.FromSeconds(16));

        Assert.Contains("silent", (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_drips_for_ever_is_no_sign_of_life()
    {
        var time = new FakeTimeProvider();
        var drips = 0;
        await using var fake = new ScriptedMaster().Then(async (stream, ct) =>
        {
            await stream.WriteAsync(Streams.AndThen("60000000\n"u8.ToArray()), ct);
            for (; ; Interlocked.Increment(ref drips))
            {
                await stream.WriteAsync("x"u8.ToArray(), ct);
                await Task.Delay(10, ct);
            }
        });
        await using var client = TestClient.Of(fake, time: time);
        await client.ReceivesAsync<Subscribed>();
        await Eventually.IsTrueAsync(() => Task.FromResult(Volatile.Read(ref drips) > 3), TimeSpan.FromSeconds(10), "it drips");
        time.Advance(TimeSpan.FromSeconds(76));

        await client.ReceivesAsync<Disconnected>();
    }

    [Fact]
    public async Task Masters_that_lead_to_each_other_are_not_followed_for_ever()
    {
        await using var one = new ScriptedMaster();
        await using var other = new ScriptedMaster();
        (one.Always, other.Always) = (Redirect(other), Redirect(one));
        await using var client = TestClient.Of(one);

        Assert.Contains("do not agree on a leader", (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        Assert.InRange(one.Subscribes.Count + other.Subscribes.Count, 5, 20);
    }

    [Fact]
    public async Task Masters_without_a_leader_are_asked_again_with_a_pause_that_grows_to_its_limit()
    {
        var time = new FakeTimeProvider();
        await using var fake =
            new ScriptedMaster { Always = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 17\r\n\r\nNo leader elected" };
        await using var client = TestClient.Of(fake, new MesosMasterOptions { CallTimeout = TimeSpan.FromDays(1) }, time);
        for (var attempt = 1; attempt <= 20; attempt++)
        {
            Assert.Equal("503 No leader elected", (await client.ReceivesAsync<Disconnected>(attempt)).Reason);
            await Eventually.IsTrueAsync(
                () =>
                {
                    time.Advance(TimeSpan.FromSeconds(15));
                    return Task.FromResult(fake.Subscribes.Count > attempt);
                },
                TimeSpan.FromSeconds(10), "asked again within 15 s");
        }
    }

    [Fact]
    public async Task A_subscription_that_ends_again_at_once_does_not_reset_the_pause()
    {
        var time = new FakeTimeProvider();
        await using var fake = new ScriptedMaster();
        for (var i = 0; i < 12; i++)
            fake.Then(Streams.Of(Streams.Subscribed()));
        await using var client = TestClient.Of(fake, time: time);
        var clock = time.GetUtcNow();
        for (var i = 1; i <= 12; i++)
        {
            await client.ReceivesAsync<Disconnected>(i);
            while (i < 12 && fake.Subscribes.Count <= i)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }
        }

        // Twelve pauses of at most 100 ms each would be 1.2 s; grown ones add up to far more (2^-40 that jitter hides it).
        Assert.True(time.GetUtcNow() - clock > TimeSpan.FromSeconds(3), (time.GetUtcNow() - clock).ToString());
    }

    [Theory]
    [InlineData(0, 15)]
    [InlineData(-5, 15)]
    [InlineData(double.NaN, 15)]
    [InlineData(1e300, 300)]
    public async Task A_heartbeat_interval_that_cannot_be_true_is_not_believed(double said, int believed)
    {
        await using var fake = new ScriptedMaster().Then(Streams.Of(Streams.Subscribed(heartbeat: said)), keepOpen: true);
        await using var client = TestClient.Of(fake);

        Assert.Equal(TimeSpan.FromSeconds(believed), (await client.ReceivesAsync<Subscribed>()).HeartbeatInterval);
    }

    [Fact]
    public async Task A_second_SUBSCRIBED_of_the_same_framework_is_taken_and_of_another_one_is_garbage()
    {
        await using var fake = new ScriptedMaster()
            .Then(Streams.Of(Streams.Subscribed(), Streams.Subscribed(), Streams.Update("t"), Streams.Subscribed("f-0001")))
            .Then(Streams.Of(Streams.Subscribed()), keepOpen: true);
        await using var client = TestClient.Of(fake);

        Assert.Contains("as f-0001", (await client.ReceivesAsync<Disconnected>()).Reason, StringComparison.Ordinal);
        await client.ReceivesAsync<Subscribed>(3);
        Assert.All(client.Events.OfType<Subscribed>(), s => Assert.Equal("f-0000", s.FrameworkId));
    }

    private static string Redirect(ScriptedMaster to) =>
        $"HTTP/1.1 307 Temporary Redirect\r\nLocation: //{to.Url.Authority}/master/api/v1/scheduler\r\nContent-Length: 0\r\n\r\n";

    private static string Filler(string what) => what switch
    {
        "headers without end" => string.Create(CultureInfo.InvariantCulture, $"X-Nothing: {new string('x', 1000)}\r\n"),
        "chunks that say nothing" => new string(';', 64 * 1024),
        _ => new string('\0', 64 * 1024),
    };
}
