using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests.Postgres;

/// <summary>What the module makes of a connection string, and what it registers.</summary>
public sealed class ConnectionTests
{
    [Theory]
    [InlineData("", "10s", "on")]
    [InlineData(";Options=-c enable_seqscan=off", "10s", "off")]
    [InlineData(";Options=-c idle_in_transaction_session_timeout=3s -c enable_seqscan=off", "3s", "off")]
    public async Task A_frozen_transaction_ends_after_ten_seconds_unless_the_connection_says_otherwise(
        string options, string timeout, string seqscan)
    {
        await using var provider = Provider(await TestPostgres.CreateDatabaseAsync() + options);
        var db = provider.GetRequiredService<NpgsqlDataSource>();

        Assert.Equal((timeout, seqscan), (await ShowAsync(db, "idle_in_transaction_session_timeout"),
            await ShowAsync(db, "enable_seqscan")));
    }

    [Fact]
    public async Task One_live_feed_serves_those_who_subscribe_and_the_host_that_runs_it()
    {
        var time = new FakeTimeProvider();
        await using var provider = Provider(await TestPostgres.CreateDatabaseAsync(), time);

        var feed = provider.GetRequiredService<LiveFeed>();
        Assert.Same(feed, Assert.Single(provider.GetServices<IHostedService>().OfType<LiveFeed>()));
        Assert.Same(time, provider.GetRequiredService<TimeProvider>());
        Assert.Equal(KernelEventKinds.All.Select(k => k.Name).Order(), provider.GetRequiredService<EventKinds>().Names.Order());

        await provider.GetRequiredService<Journal>().AppendAsync(
            new ActionRecorded("a", "b", null), Actor.System("test"), JournalSubject.None, TestContext.Current.CancellationToken);
        Assert.Equal(1, await provider.GetRequiredService<JournalReader>().LastIdAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Without_a_clock_of_the_host_it_is_the_system_s()
    {
        using var provider = Provider("Host=/nowhere");

        Assert.Same(TimeProvider.System, provider.GetRequiredService<TimeProvider>());
    }

    private static ServiceProvider Provider(string connectionString, TimeProvider? time = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<EventFlow>(_ => { });
        if (time is not null)
            services.AddSingleton(time);
        return services.AddKernel(connectionString).BuildServiceProvider();
    }

    private static async Task<string> ShowAsync(NpgsqlDataSource db, string setting)
    {
        await using var show = db.CreateCommand($"SHOW {setting}");
        return (string)(await show.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
