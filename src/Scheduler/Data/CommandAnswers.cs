using Dapper;
using Npgsql;
using Pipeline.Scheduler.Core.Messages;

namespace Pipeline.Scheduler.Data;

/// <summary>The answers that senders of this process wait for. One session listens for all of them: a thousand operators at once take one
/// connection, not the thousand that everything else needs.</summary>
internal sealed class CommandAnswers(NpgsqlDataSource db)
{
    private const string Find = "SELECT id, code, status, detail FROM scheduler.command_result WHERE id = ANY(@ids)";

    /// <summary>A notification may be lost with a connection.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly Lock guard = new();
    private readonly Dictionary<long, TaskCompletionSource<CommandOutcome>> waiting = [];
    private bool listening;

    /// <summary>The answer to come; an error when the database is lost meanwhile. Look at the command once more afterwards: it may have
    /// been handled before. Forget it in the end.</summary>
    public Task<CommandOutcome> Of(long id)
    {
        var answer = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (guard)
        {
            waiting[id] = answer;
            if (listening)
                return answer.Task;
            listening = true;
        }

        // It outlives the call of whom it serves first.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(ListenAsync);
        return answer.Task;
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(long id)
    {
        lock (guard)
            waiting.Remove(id);
    }

    private async Task ListenAsync()
    {
        try
        {
            await using var connection = await db.OpenConnectionAsync();
            await connection.ExecuteAsync("LISTEN scheduler_command");
            while (Ids() is { Length: > 0 } ids)
            {
                foreach (var (id, code, status, detail) in await connection.QueryAsync<(long, string?, int, string?)>(Find, new { ids }))
                    Take(id)?.TrySetResult(new CommandOutcome(code, status, detail));
                await connection.WaitAsync(Poll);
            }
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            foreach (var lost in TakeAll())
                lost.TrySetException(e);
        }
    }

    /// <returns>None: the listener ends.</returns>
    private long[] Ids()
    {
        lock (guard)
        {
            listening = waiting.Count > 0;
            return [.. waiting.Keys];
        }
    }

    private TaskCompletionSource<CommandOutcome>? Take(long id)
    {
        lock (guard)
            return waiting.Remove(id, out var answer) ? answer : null;
    }

    private List<TaskCompletionSource<CommandOutcome>> TakeAll()
    {
        lock (guard)
        {
            listening = false;
            List<TaskCompletionSource<CommandOutcome>> all = [.. waiting.Values];
            waiting.Clear();
            return all;
        }
    }
}
