using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.ArtifactStore.Tests;

/// <summary>The slice as the server composes it: a real database, a real folder.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private Store(ServiceProvider services, string folder, FakeTimeProvider time, ConcurrentQueue<JournalEvent> events) =>
        (this.services, Folder, Time, Events) = (services, folder, time, events);

    public string Folder { get; }
    public FakeTimeProvider Time { get; }
    public ConcurrentQueue<JournalEvent> Events { get; }
    public string TrustFile => Path.Combine(Folder, "trust", "trust.json");

    public IServiceProvider Services => services;

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <param name="folder">Of an earlier store, as after a restart; null for a new one.</param>
    public static async Task<Store> StartAsync(string? folder = null, string? database = null)
    {
        database ??= await TestPostgres.CreateDatabaseAsync(typeof(ArtifactStoreModule).Assembly);
        folder ??= Directory.CreateTempSubdirectory("artifact-store-test-").FullName;
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var events = new ConcurrentQueue<JournalEvent>();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddKernel(database);
        services.AddSingleton(new EventFlow(e => events.Enqueue(e.Event)));
        services.AddArtifactStore(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = folder }).Build());
        return new Store(services.BuildServiceProvider(), folder, time, events);
    }

    public async Task<int> CountAsync(string table)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand($"SELECT count(*) FROM artifact.{table}");
        return (int)(long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<string> TextAsync(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}
