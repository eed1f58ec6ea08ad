using System.Net.ServerSentEvents;
using Pipeline.Cli.Errors;
using Polly;
using Polly.Retry;

namespace Pipeline.Cli.Http;

/// <summary>Reads an event stream to the event that ends the wait; a broken connection is resumed after the last event seen.</summary>
/// <param name="warn">Called for each connection that broke.</param>
internal sealed class EventStreamReader(ApiClient api, Action<string> warn, TimeProvider time)
{
    private const int MaxRetries = 8;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(8);
    private string? lastEventId;

    /// <summary>
    /// Each connection that makes progress renews the retries: one that was accepted by <paramref name="onOpen"/>, or brought an event.
    /// </summary>
    /// <param name="onOpen">Called on each connection, before its first event. A result other than null ends the wait.</param>
    /// <param name="onEvent">A result other than null ends the wait.</param>
    /// <exception cref="CommandException">No connection made progress, several times in a row.</exception>
    public async Task<T> ReadAsync<T>(
        string path, Func<CancellationToken, Task<OpenedStream<T>>> onOpen, Func<SseItem<string>, CancellationToken, Task<T?>> onEvent,
        CancellationToken ct)
        where T : class
    {
        var retries = Retries();
        while (true)
        {
            if (await retries.ExecuteAsync(async token => await ConnectAsync(path, onOpen, onEvent, token), ct) is { } result)
                return result;
            await Task.Delay(FirstDelay, time, ct);
        }
    }

    /// <returns>Null when the connection ended or broke after it made progress.</returns>
    private async Task<T?> ConnectAsync<T>(
        string path, Func<CancellationToken, Task<OpenedStream<T>>> onOpen, Func<SseItem<string>, CancellationToken, Task<T?>> onEvent,
        CancellationToken ct)
        where T : class
    {
        var progressed = false;
        try
        {
            await using var stream = await api.OpenStreamAsync(path, lastEventId, ct);
            var opened = await onOpen(ct);
            if (opened.Result is not null)
                return opened.Result;
            progressed = opened.IsProgress;
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(ct))
            {
                progressed = true;
                lastEventId = string.IsNullOrEmpty(item.EventId) ? lastEventId : item.EventId;
                if (await onEvent(item, ct) is { } result)
                    return result;
            }
        }
        catch (Exception e) when (progressed && IsTransient(e))
        {
            Warn(e);
            return null;
        }

        return progressed
            ? null
            : throw new CommandException(
                ExitCodes.Unreachable, "The event stream kept ending before its last event.", "Run the command again.");
    }

    private ResiliencePipeline Retries() => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(IsTransient),
            MaxRetryAttempts = MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
            UseJitter = true,
            OnRetry = retry =>
            {
                Warn(retry.Outcome.Exception!);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private void Warn(Exception e) => warn($"The connection broke; retrying: {e.Message}");

    // The connection or the server failed, not the request.
    private static bool IsTransient(Exception e) =>
        e is IOException or HttpRequestException or CommandException { ExitCode: ExitCodes.Unreachable or ExitCodes.Unexpected };
}

/// <param name="Result">Ends the wait at once; null reads the events.</param>
/// <param name="IsProgress">The connection counts as good, even if no event follows.</param>
internal sealed record OpenedStream<T>(T? Result, bool IsProgress)
    where T : class;
