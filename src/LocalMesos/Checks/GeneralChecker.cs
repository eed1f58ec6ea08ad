using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Checks;

/// <summary>Repeats a task's general check (recorded in 04f): only a changed result is reported, and none ever kills the task.</summary>
internal sealed class GeneralChecker(W.CheckInfo check, Probe probe, TimeProvider time, Action<W.CheckStatusInfo> report)
{
    /// <summary>The status before the first result: empty, but of the right kind. Null for a task without a check.</summary>
    public static W.CheckStatusInfo? Empty(W.CheckInfo? check) => check?.Type switch
    {
        null => null,
        W.CheckInfo.Types.Type.Http => new W.CheckStatusInfo { Type = check.Type, Http = new W.CheckStatusInfo.Types.Http() },
        W.CheckInfo.Types.Type.Tcp => new W.CheckStatusInfo { Type = check.Type, Tcp = new W.CheckStatusInfo.Types.Tcp() },
        W.CheckInfo.Types.Type.Command => new W.CheckStatusInfo { Type = check.Type, Command = new W.CheckStatusInfo.Types.Command() },
        _ => null,
    };

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(check.DelaySeconds), time, ct);
            var last = Empty(check)!;
            while (true)
            {
                var result = await AttemptAsync(ct);
                if (!result.Equals(last))
                    report(result);
                last = result;
                await Task.Delay(TimeSpan.FromSeconds(check.IntervalSeconds), time, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The task ended.
        }
    }

    private async Task<W.CheckStatusInfo> AttemptAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(check.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var result = Empty(check)!;
        switch (check.Type)
        {
            case W.CheckInfo.Types.Type.Http:
                if (await Probe.HttpAsync("http", check.Http.Port, check.Http.Path, either.Token) is { } status)
                    result.Http.StatusCode = status;
                break;
            case W.CheckInfo.Types.Type.Tcp:
                result.Tcp.Succeeded = await Probe.TcpAsync((int)check.Tcp.Port, either.Token);
                break;
            case W.CheckInfo.Types.Type.Command:
                if (await probe.CommandAsync(check.Command.Command_, either.Token) is { } code)
                    result.Command.ExitCode = code;
                break;
            case W.CheckInfo.Types.Type.Unknown:
            default:
                break;
        }

        ct.ThrowIfCancellationRequested();
        return result;
    }
}
