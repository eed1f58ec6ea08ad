using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Checks;

/// <summary>
/// Repeats a task's health check as the command executor does (recorded in 04). Every failure is reported, a success only when it
/// changes the health. Failures inside the grace period before the first success do not count. Enough failures in a row kill the task.
/// </summary>
/// <param name="startup">Added to the check's delay: how long the container of a nested check takes to start.</param>
internal sealed class HealthChecker(HealthCheck check, Probe probe, TimeProvider time, TimeSpan startup, Action<bool> report, Action kill)
{
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await FailAsync(ct);
            kill();
        }
        catch (OperationCanceledException)
        {
            // The task ended.
        }
    }

    /// <summary>Returns when enough checks in a row have failed.</summary>
    private async Task FailAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(check.DelaySeconds) + startup, time, ct);
        bool? healthy = null;
        for (var failures = 0; failures < check.ConsecutiveFailures;)
        {
            var passed = await AttemptAsync(ct);
            if (passed && healthy != true)
                report(true);
            if (passed || healthy is not null || time.GetElapsedTime(started).TotalSeconds > check.GracePeriodSeconds)
            {
                healthy = passed;
                failures = passed ? 0 : failures + 1;
                if (!passed)
                    report(false);
            }

            if (failures < check.ConsecutiveFailures)
                await Task.Delay(TimeSpan.FromSeconds(check.IntervalSeconds), time, ct);
        }
    }

    private async Task<bool> AttemptAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(check.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var passed = await PassesAsync(either.Token);
        ct.ThrowIfCancellationRequested();
        return passed;
    }

    private async Task<bool> PassesAsync(CancellationToken ct) => check.Type switch
    {
        HealthCheck.Types.Type.Http => Passes(await Probe.HttpAsync(
            check.Http.HasScheme ? check.Http.Scheme : "http", check.Http.Port, check.Http.HasPath ? check.Http.Path : "/", ct)),
        HealthCheck.Types.Type.Tcp => await Probe.TcpAsync((int)check.Tcp.Port, ct),
        HealthCheck.Types.Type.Command => await probe.CommandAsync(check.Command, ct) == 0,
        HealthCheck.Types.Type.Unknown => true,
        _ => true,
    };

    private bool Passes(uint? status) =>
        status is { } code && (check.Http.Statuses.Count > 0 ? check.Http.Statuses.Contains(code) : code is >= 200 and < 400);
}
