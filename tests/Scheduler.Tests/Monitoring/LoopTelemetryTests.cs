using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Tests.Core.Harness;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Monitoring;

/// <summary>What the steps of a term are measured as.</summary>
public sealed class LoopTelemetryTests : IDisposable
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordedMetrics recorded = new();
    private readonly Machine machine = new();
    private readonly LoopTelemetry telemetry;

    public LoopTelemetryTests()
    {
        time.Advance(TimeSpan.FromSeconds(1));
        telemetry = new LoopTelemetry(recorded.Metrics, new LoopTerm("test", 9, time, false, NullLogger.Instance));
    }

    public void Dispose() => recorded.Dispose();

    [Fact]
    public void An_update_lags_from_the_agents_clock_to_its_arrival_and_from_there_to_the_end_of_its_step()
    {
        var arrived = time.GetTimestamp();
        var made = time.GetUtcNow() - TimeSpan.FromSeconds(3);
        time.Advance(TimeSpan.FromSeconds(1));
        var began = time.GetTimestamp();
        telemetry.Received(Update(made), arrived);
        time.Advance(TimeSpan.FromSeconds(2));
        Step(began);

        Assert.Equal(3, Single("pipeline_scheduler_update_lag_seconds"), 3);
        Assert.Equal(3, Single("pipeline_scheduler_acknowledgement_lag_seconds"), 3);
        Assert.Equal(3, Single("pipeline_scheduler_loop_lag_seconds"), 3);
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)),
            (telemetry.Gauges!.UpdateLag, telemetry.Gauges.AcknowledgementLag));
    }

    [Fact]
    public void An_agent_whose_clock_is_ahead_lags_by_nothing()
    {
        telemetry.Received(Update(time.GetUtcNow() + TimeSpan.FromMinutes(5)), time.GetTimestamp());
        Step(time.GetTimestamp());
        Assert.Equal(0, Single("pipeline_scheduler_update_lag_seconds"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_updates_that_want_an_acknowledgement_count_as_updates(bool acknowledged)
    {
        telemetry.Received(Update(null, acknowledged), time.GetTimestamp());
        Step(time.GetTimestamp());
        Assert.Equal(acknowledged ? 1 : 0, Count("pipeline_scheduler_acknowledgement_lag_seconds"));
        Assert.Equal(0, Count("pipeline_scheduler_update_lag_seconds"));
        Assert.Equal(1, Count("pipeline_scheduler_loop_lag_seconds"));
    }

    [Fact]
    public void A_step_is_measured_once()
    {
        telemetry.Received(new Tick(), time.GetTimestamp());
        var began = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(2));
        telemetry.Committed(began);
        Step(began);
        Step(time.GetTimestamp());
        Assert.Equal((1, 1), (Count("pipeline_scheduler_loop_lag_seconds"), Count("pipeline_scheduler_commit_duration_seconds")));
        Assert.Equal(2, Single("pipeline_scheduler_commit_duration_seconds"), 3);
    }

    [Fact]
    public void The_gauges_show_the_term_until_it_is_over()
    {
        machine.Do(new SubmitRunCommand(Machine.Build()));
        Step(time.GetTimestamp(), queue: 3, effectsQueue: 4);
        recorded.Collect();
        Assert.Equal((9d, 1d, 1d, 3d, 4d), (Single("pipeline_epoch"), Single("pipeline_leader"), Single("pipeline_subscribed"),
            Single("pipeline_scheduler_queue"), Single("pipeline_scheduler_effects_queue")));
        Assert.Contains(recorded.Measurements, m => m.Name == "pipeline_scheduler_tasks" && m.Labels["state"] == "pending" && m.Value == 1);

        telemetry.Remove();
        recorded.Measurements.Clear();
        recorded.Collect();
        Assert.Empty(recorded.Measurements);
    }

    [Fact]
    public void The_age_of_the_reconciliation_starts_again_with_each_request_to_the_master()
    {
        time.Advance(TimeSpan.FromMinutes(5));
        Step(time.GetTimestamp());
        Assert.Equal(300, telemetry.Gauges!.SinceReconcile);
        var effects = new Effects();
        effects.Sends.Add(new Call(new ReconcileTasks([])));
        telemetry.StepDone(machine.Core, effects, time.GetTimestamp(), 0, 0);
        Assert.Equal(0, telemetry.Gauges!.SinceReconcile);
    }

    private void Step(long began, int queue = 0, int effectsQueue = 0) =>
        telemetry.StepDone(machine.Core, new Effects(), began, queue, effectsQueue);

    private double Single(string name) => Assert.Single(recorded.Measurements, m => m.Name == name).Value;

    private int Count(string name) => recorded.Measurements.Count(m => m.Name == name);

    private static MasterEventReceived Update(DateTimeOffset? made, bool acknowledged = true) => new(new TaskUpdated(new TaskStatus(
        "t1", TaskState.Running, "a1", null, null, null, acknowledged ? [1] : null, null, made, null, null)));
}
