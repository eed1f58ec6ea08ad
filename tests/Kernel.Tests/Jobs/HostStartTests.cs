using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Kernel.Jobs;

namespace Pipeline.Kernel.Tests.Jobs;

public sealed class HostStartTests
{
    private readonly List<string> happened = [];

    [Fact]
    public async Task Services_that_started_are_stopped_when_a_later_one_cannot_start()
    {
        using var host = Build(
            _ => new Noted("first", happened), _ => new Noted("second", happened) { Failure = new IOException("no") },
            _ => new Noted("third", happened));

        var failure = await Assert.ThrowsAsync<IOException>(() => host.StartAllOrNoneAsync(CancellationToken.None));

        Assert.Equal("no", failure.Message);
        Assert.Contains("stopped first", happened);
        Assert.DoesNotContain("started third", happened);
    }

    [Fact]
    public async Task The_failure_of_the_start_is_the_one_that_is_thrown_whatever_the_stop_says()
    {
        using var host = Build(
            _ => new Noted("first", happened) { StopFailure = new InvalidOperationException("stuck") },
            _ => new Noted("second", happened) { Failure = new IOException("no") });

        Assert.Equal("no", (await Assert.ThrowsAsync<IOException>(() => host.StartAllOrNoneAsync(CancellationToken.None))).Message);
    }

    [Fact]
    public async Task Nothing_starts_when_a_service_cannot_be_made()
    {
        using var host = Build(_ => new Noted("first", happened), _ => throw new UsageException("a key is wrong"));

        await Assert.ThrowsAsync<UsageException>(() => host.StartAllOrNoneAsync(CancellationToken.None));

        Assert.Empty(happened);
    }

    [Fact]
    public async Task All_start_in_order_and_none_stops()
    {
        using var host = Build(_ => new Noted("first", happened), _ => new Noted("second", happened));

        await host.StartAllOrNoneAsync(CancellationToken.None);

        Assert.Equal(["started first", "started second"], happened);
    }

    private static IHost Build(params IEnumerable<Func<IServiceProvider, IHostedService>> services)
    {
        var builder = new HostBuilder();
        builder.ConfigureServices(all =>
        {
            foreach (var service in services)
                all.AddSingleton(service);
        });
        return builder.Build();
    }

    private sealed class Noted(string name, List<string> happened) : IHostedService
    {
        public Exception? Failure { get; init; }

        public Exception? StopFailure { get; init; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (Failure is not null)
                throw Failure;
            happened.Add($"started {name}");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            happened.Add($"stopped {name}");
            return StopFailure is null ? Task.CompletedTask : Task.FromException(StopFailure);
        }
    }
}
