using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Agents;

/// <summary>Status updates go out one by one and again until they are acknowledged.</summary>
public sealed class UpdateQueueTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly List<string> sent = [];
    private readonly UpdateQueue queue;

    public UpdateQueueTests() => queue = new UpdateQueue(new object(), time, s => sent.Add(s.Uuid.ToStringUtf8()));

    [Fact]
    public void The_second_update_waits_for_the_acknowledgement_of_the_first()
    {
        Add("a", "b");
        Assert.Equal(["a"], sent);
        Assert.Equal("a", Acknowledge("a"));

        Assert.Equal(["a", "b"], sent);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("x")]
    [InlineData("")]
    public void A_wrong_uuid_acknowledges_nothing(string uuid)
    {
        Add("a", "b");
        Assert.Null(Acknowledge(uuid));
        Assert.Equal(["a"], sent);
    }

    [Fact]
    public void An_acknowledgement_counts_once()
    {
        Add("a");
        Acknowledge("a");
        Assert.Null(Acknowledge("a"));
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public void It_is_sent_again_after_10_20_40_seconds_up_to_ten_minutes()
    {
        Add("a");
        var retries = new List<double>();
        for (var second = 1; second <= 3000; second++)
        {
            var before = sent.Count;
            time.Advance(TimeSpan.FromSeconds(1));
            if (sent.Count > before)
                retries.Add(second);
        }

        Assert.Equal([10, 30, 70, 150, 310, 630, 1230, 1830, 2430], retries);
        Assert.All(sent, s => Assert.Equal("a", s));
    }

    [Fact]
    public void A_new_update_begins_with_the_short_pause_again()
    {
        Add("a", "b");
        time.Advance(TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(20));
        Acknowledge("a");
        sent.Clear();
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Empty(sent);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(["b"], sent);
    }

    [Fact]
    public void When_the_framework_is_back_the_oldest_is_sent_at_once()
    {
        Add("a", "b");
        queue.SendOldest();
        Assert.Equal(["a", "a"], sent);
    }

    [Fact]
    public void Nothing_is_sent_of_an_empty_or_disposed_queue()
    {
        queue.SendOldest();
        Add("a");
        queue.Dispose();
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["a"], sent);
    }

    public void Dispose() => queue.Dispose();

    private void Add(params string[] uuids)
    {
        foreach (var uuid in uuids)
            queue.Add(new W.TaskStatus { Uuid = ByteString.CopyFromUtf8(uuid) });
    }

    private string? Acknowledge(string uuid) => queue.Acknowledge(ByteString.CopyFromUtf8(uuid))?.Uuid.ToStringUtf8();
}
