using CsCheck;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Protocol;

/// <summary>What a subscriber gets and when, and the forms of ids and times.</summary>
public sealed class EventStreamTests
{
    private static readonly W.Event Beat = new() { Type = W.Event.Types.Type.Heartbeat };
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_heartbeat_goes_out_at_once_and_every_fifteen_seconds()
    {
        using var stream = new EventStream(time);
        stream.StartHeartbeats(Beat);
        Assert.Single(Drain(stream));

        time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Empty(Drain(stream));
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Single(Drain(stream));
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Drain(stream).Count);
    }

    [Fact]
    public async Task What_was_queued_before_the_end_still_goes_out_and_nothing_after_it()
    {
        using var stream = new EventStream(time);
        stream.StartHeartbeats(Beat);
        stream.Send(new W.Event { Type = W.Event.Types.Type.Offers });

        stream.End();
        stream.Send(new W.Event { Type = W.Event.Types.Type.Update });
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([W.Event.Types.Type.Heartbeat, W.Event.Types.Type.Offers], Drain(stream).Select(e => ((W.Event)e).Type));
        Assert.False(await stream.Events.WaitToReadAsync(TestContext.Current.CancellationToken));
        Assert.False(stream.IsCut);
        stream.End(); // once more is nothing
    }

    [Fact]
    public async Task A_cut_ends_the_stream_and_says_that_it_was_one()
    {
        using var stream = new EventStream(time);

        stream.Cut();

        Assert.True(stream.IsCut);
        Assert.False(await stream.Events.WaitToReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_failure_is_the_last_event()
    {
        using var stream = new EventStream(time);

        stream.Fail("Framework has been removed");
        stream.Send(Beat);

        var last = (W.Event)Assert.Single(Drain(stream));
        Assert.Equal((W.Event.Types.Type.Error, "Framework has been removed"), (last.Type, last.Error.Message));
    }

    [Fact]
    public void Ids_are_random_UUIDs_of_version_4_and_never_the_same()
    {
        var ids = Enumerable.Range(0, 300).Select(_ => Ids.Uuid()).ToList();

        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id));
        Assert.Equal(300, ids.Distinct().Count());
        Assert.All(Enumerable.Range(0, 100).Select(_ => Ids.UpdateUuid()), u => Assert.Equal((16, 4), (u.Length, u[6] >> 4)));
        using var one = new EventStream(time);
        using var other = new EventStream(time);
        Assert.NotEqual(one.Id, other.Id);
    }

    [Fact]
    public void Times_are_nanoseconds_in_messages_and_seconds_in_views()
    {
        var at = DateTimeOffset.UnixEpoch.AddSeconds(1.5);
        Assert.Equal((1_500_000_000L, 1.5), (WireTime.Info(at).Nanoseconds, WireTime.Seconds(at)));
        Gen.Long[0, 1_000_000_000].Sample(ticks =>
            WireTime.Span(
                new W.DurationInfo { Nanoseconds = WireTime.Info(DateTimeOffset.UnixEpoch.AddTicks(ticks)).Nanoseconds }).Ticks == ticks);
    }

    [Fact]
    public void A_task_is_over_in_these_states_only() => Assert.Equal(
        [
            W.TaskState.TaskFinished, W.TaskState.TaskFailed, W.TaskState.TaskKilled, W.TaskState.TaskLost, W.TaskState.TaskError,
            W.TaskState.TaskDropped, W.TaskState.TaskGone, W.TaskState.TaskGoneByOperator,
        ],
        Enum.GetValues<W.TaskState>().Where(s => s.IsTerminal()).OrderBy(s => (int)s).ToHashSet(),
        EqualityComparer<IEnumerable<W.TaskState>>.Create((a, b) => a!.ToHashSet().SetEquals(b!), _ => 0));

    private static List<IMessage> Drain(EventStream stream)
    {
        var events = new List<IMessage>();
        while (stream.Events.TryRead(out var e))
            events.Add(e);
        return events;
    }
}
