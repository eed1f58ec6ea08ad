using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.Bench;

/// <summary>Deliveries at a fixed rate (open loop: a slow answer does not slow the sender), each with an id of its own.</summary>
public static class WebhookLoad
{
    public static async Task RunAsync(int rate, int seconds)
    {
        await using var pipeline = await PipelineInstance.StartAsync(Policies.Automatic);
        var repository = await pipeline.CreateRepositoryAsync("load");
        var sha = await repository.CommitAsync("Nothing to build", new Dictionary<string, string> { ["readme"] = "x" });
        for (var warm = 0; warm < 200; warm++)
            await (await SignedDelivery.ForPingAsync(pipeline, repository)).SendAsync();

        var times = new ConcurrentBag<TimeSpan>();
        var refused = 0;
        var sends = new List<Task>();
        var deliveries = new List<SignedDelivery>();
        for (var n = 0; n < rate * seconds; n++)
            deliveries.Add(await SignedDelivery.ForPingAsync(pipeline, repository));
        var clock = Stopwatch.StartNew();
        for (var n = 0; n < deliveries.Count; n++)
        {
            var due = TimeSpan.FromSeconds((double)n / rate);
            while (clock.Elapsed < due)
                await Task.Yield();
            sends.Add(SendAsync(deliveries[n]));
        }

        await Task.WhenAll(sends);
        Percentiles.PrintHeader();
        Percentiles.Print($"webhook answered at {rate}/s", times);
        Console.WriteLine($"sent {deliveries.Count} in {clock.Elapsed.TotalSeconds:0.0} s, refused {refused}, commit {sha[..7]}");

        async Task SendAsync(SignedDelivery delivery)
        {
            var start = Stopwatch.GetTimestamp();
            var status = await delivery.SendAsync();
            times.Add(Stopwatch.GetElapsedTime(start));
            if (status is not (HttpStatusCode.Accepted or HttpStatusCode.OK))
                Interlocked.Increment(ref refused);
        }
    }
}
