using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.Call.Types.Type;
using EventType = Pipeline.Mesos.Wire.Event.Types.Type;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>SUBSCRIBE, failover, disconnection and removal of frameworks.</summary>
public sealed class SubscriptionTests : IDisposable
{
    private readonly MasterHarness harness = new();

    [Fact]
    public void The_first_events_are_SUBSCRIBED_and_a_heartbeat()
    {
        var framework = harness.Subscribe();
        framework.All(EventType.Subscribed);

        Assert.Equal([EventType.Subscribed, EventType.Heartbeat, EventType.Offers], framework.Events.Select(e => e.Type));
        Assert.StartsWith(harness.State.MasterId, framework.Id, StringComparison.Ordinal);
        Assert.Equal(15, framework.Events[0].Subscribed.HeartbeatIntervalSeconds);
    }

    [Fact]
    public void Heartbeats_come_every_fifteen_seconds()
    {
        var framework = harness.Subscribe();
        harness.Advance(44);
        Assert.Equal(3, framework.All(EventType.Heartbeat).Count);
        harness.Advance(1);

        Assert.Equal(4, framework.All(EventType.Heartbeat).Count);
    }

    [Fact]
    public void Ids_count_up_from_zero()
    {
        Assert.EndsWith("-0000", harness.Subscribe().Id, StringComparison.Ordinal);
        Assert.EndsWith("-0001", harness.Subscribe().Id, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_subscription_with_the_same_id_ends_the_first()
    {
        var first = harness.Subscribe();
        first.Launch(first.Offers()[0], Wire.Task("t", harness.Agent.Id));
        var second = harness.Subscribe(id: first.Id);

        Assert.Equal("Framework failed over", Assert.Single(first.All(EventType.Error)).Error.Message);
        Assert.True(first.Stream.Events.Completion.IsCompleted);
        Assert.Equal([W.TaskState.TaskStarting], second.States("t"));
    }

    [Fact]
    public void A_failover_takes_the_outstanding_offers_back()
    {
        var first = harness.Subscribe();
        var held = first.Offers()[0];
        harness.Subscribe(id: first.Id);

        Assert.DoesNotContain(held.Id.Value, harness.State.Offers.Keys);
        Assert.Equal(4000, harness.Agent.Free.Cpus);
    }

    [Fact]
    public void The_principal_cannot_change()
    {
        var first = harness.Subscribe(change: info => info.Principal = "a");
        var second = harness.Subscribe(change: info => info.Principal = "b", id: first.Id);

        Assert.Equal("Changing framework's principal is not allowed.", Assert.Single(second.All(EventType.Error)).Error.Message);
        Assert.Empty(first.All(EventType.Error));
    }

    [Fact]
    public void User_and_checkpoint_keep_their_first_values()
    {
        var first = harness.Subscribe();
        harness.Subscribe(change: info => (info.User, info.Checkpoint, info.Name) = ("other", false, "renamed"), id: first.Id);

        var info = first.Framework.Info;
        Assert.Equal(("root", true, "renamed"), (info.User, info.Checkpoint, info.Name));
    }

    [Theory]
    [InlineData(59.9, true)]
    [InlineData(60, false)]
    public void A_disconnected_framework_lives_for_its_failover_timeout(double seconds, bool lives)
    {
        var framework = harness.Subscribe();
        framework.Disconnect();
        harness.Advance(seconds);

        Assert.Equal(lives, harness.State.Frameworks.ContainsKey(framework.Id));
        Assert.Equal(lives ? 0 : 1, harness.State.CompletedFrameworks.Count);
    }

    [Fact]
    public void One_that_comes_back_in_time_stays()
    {
        var framework = harness.Subscribe();
        framework.Disconnect();
        harness.Advance(59);
        harness.Subscribe(id: framework.Id);
        harness.Advance(60);

        Assert.True(harness.State.Frameworks.ContainsKey(framework.Id));
    }

    [Fact]
    public void The_resources_of_a_disconnected_framework_are_for_others()
    {
        var first = harness.Subscribe();
        first.Disconnect();
        var second = harness.Subscribe("other");

        Assert.Single(second.Offers());
        Assert.DoesNotContain(harness.State.Offers.Values, o => o.Framework.Id == first.Id);
    }

    [Fact]
    public void TEARDOWN_ends_tasks_without_an_update_and_frees_everything()
    {
        var framework = harness.Subscribe();
        framework.Launch(framework.Offers()[0], Wire.Task("t", harness.Agent.Id));
        var updates = framework.Updates().Count;
        var gone = framework.Framework;
        framework.Call(CallType.Teardown);

        Assert.Equal(updates, framework.Updates().Count);
        Assert.Equal(W.TaskState.TaskKilled, Assert.Single(gone.CompletedTasks).State);
        Assert.Equal(4000, harness.Agent.Free.Cpus);
        Assert.True(framework.Stream.Events.Completion.IsCompleted);
        Assert.Empty(harness.Agent.Agent.Tasks);
    }

    [Fact]
    public void A_removed_framework_cannot_come_back()
    {
        var framework = harness.Subscribe();
        framework.Call(CallType.Teardown);
        var again = harness.Subscribe(id: framework.Id);

        Assert.Equal("Framework has been removed", Assert.Single(again.All(EventType.Error)).Error.Message);
    }

    [Fact]
    public void Roles_without_MULTI_ROLE_are_rejected() => Assert.Equal(
        "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable",
        Error(info => info.Capabilities.Clear()));

    [Fact]
    public void A_single_role_with_MULTI_ROLE_is_rejected() => Assert.Equal(
        "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable", Error(info => info.Role = "web"));

    [Theory]
    [InlineData("a b", "a b")]
    [InlineData("x/\ty", "\ty")]
    [InlineData("a\bb/c", "a\bb")]
    public void White_space_in_a_role_is_rejected(string role, string part) => Assert.Equal(
        $"'FrameworkInfo.roles' contains invalid role: Role component '{part}' is invalid because it contains backspace or whitespace",
        Error(info => info.Roles[0] = role));

    [Fact]
    public void A_cut_stream_is_over_at_once()
    {
        using var stream = new EventStream(harness.Time);
        stream.StartHeartbeats(new W.Event { Type = EventType.Heartbeat });
        stream.Cut();
        harness.Advance(60);

        Assert.True(stream.IsCut);
        Assert.True(stream.Events.TryRead(out _));
        Assert.False(stream.Events.TryRead(out _));
    }

    public void Dispose() => harness.Dispose();

    private string Error(Action<W.FrameworkInfo> change) =>
        Assert.Single(harness.Subscribe(change: change).All(EventType.Error)).Error.Message;
}
