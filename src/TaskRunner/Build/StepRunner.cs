using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;

namespace Pipeline.TaskRunner.Build;

/// <param name="State">As in <see cref="StepReport"/>.</param>
internal sealed record StepEnd(string State, int ExitCode, string? Reason);

/// <summary>Runs one step to its end, with its report at both ends and its log on the way.</summary>
internal sealed class StepRunner(RunnerEnvironment runner, BuildSpec spec, TaskView view, ServerClient server, TimeProvider time)
{
    private const int EchoedLines = 50;
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);
    private long logged;

    /// <param name="stop">The task was told to end.</param>
    public async Task<StepEnd> RunAsync(int index, StepSpec step, LogMask mask, CancellationToken stop)
    {
        var startedAt = time.GetUtcNow();

        // The report of the start travels while the step already runs.
        var reported = server.ReportStepAsync(index, new StepReport("running", startedAt, null, null), CancellationToken.None);
        StepEnd end;
        await using (var log = new StepLog(
            Path.Combine(runner.Sandbox, $"step-{index}.log"), index, mask, LogLimit.Of(spec.Limits, logged), server, time))
        {
            foreach (var line in step.Run.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(EchoedLines))
                log.Echo($"+ {line.TrimEnd()}");
            end = await ExecuteAsync(step, log, stop);
            if (end.Reason is not null)
                log.Write($"pipeline: {end.Reason}");
            await log.CompleteAsync();
            logged += log.Bytes;
        }

        await reported;
        await server.ReportStepAsync(index, new StepReport(end.State, startedAt, time.GetUtcNow(), end.ExitCode), CancellationToken.None);
        return end;
    }

    private async Task<StepEnd> ExecuteAsync(StepSpec step, StepLog log, CancellationToken stop)
    {
        if (!Directory.Exists(Path.Combine(view.Work.Path, spec.Directory)))
            return new StepEnd("failed", ExitCodes.Failed, $"the source has no folder '{spec.Directory}', which the module names");
        var killed = MemoryKills.Count();
        var child = await ChildGroup.StartAsync(view.Launch(
            ShellFor(step.Run), Path.Combine(view.Work.Seen, spec.Directory), StepEnvironment.For(runner, spec, step, view)));
        var pump = log.PumpAsync(child.Output);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var timeout = Task.Delay(TimeSpan.FromSeconds(step.TimeoutSeconds), time, limit.Token);
        var timedOut = await Task.WhenAny(child.Exited, timeout) == timeout;
        if (timedOut)
            await child.StopAsync(KillGrace, time);
        var exitCode = await child.Exited;
        await limit.CancelAsync();

        // What the step left running in its group ends with it; what fled the group may keep the pipe open, but not us.
        child.Signal(Native.SigKill);
        if (await Task.WhenAny(pump, Task.Delay(OutputGrace, time, CancellationToken.None)) == pump)
            await pump;
        if (stop.IsCancellationRequested)
            return new StepEnd("failed", exitCode, "stopped: the task was told to end");
        return timedOut
            ? new StepEnd("timed-out", ExitCodes.TimedOut, $"timed out after {step.TimeoutSeconds:0.###} s")
            : exitCode == 0 ? new StepEnd("succeeded", 0, null)
            : new StepEnd("failed", exitCode, MemoryKills.Count() > killed ? OutOfMemory() : Explain(exitCode));
    }

    private static string OutOfMemory() => MemoryKills.Limit() is { } limit
        ? $"out of memory: the kernel ended it at the task's limit of {limit / (1024 * 1024)} MB (resources.memory of the module)"
        : "out of memory: the kernel ended it";

    private static string[] ShellFor(string run) =>
        File.Exists("/bin/bash") ? ["/bin/bash", "-eo", "pipefail", "-c", run] : ["/bin/sh", "-e", "-c", run];

    private static string? Explain(int exitCode) => exitCode switch
    {
        ExitCodes.Infra => "exit 75: the step asks for a retry (EX_TEMPFAIL)",
        126 => "exit 126: the command could not be executed (not executable, or more arguments and variables than a program takes)",
        127 => "exit 127: the command was not found in this agent's PATH",
        128 + Native.SigKill => "exit 137: killed (out of memory, or by an operator)",
        > 128 and < 128 + 65 => $"exit {exitCode}: ended by signal {exitCode - 128}",
        _ => $"exit {exitCode}",
    };
}
