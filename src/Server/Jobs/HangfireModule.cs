using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace Pipeline.Server;

/// <summary>Hangfire on our PostgreSQL: storage, server and dashboard.</summary>
public static class HangfireModule
{
    public static IServiceCollection AddHangfireOnPostgres(this IServiceCollection services)
    {
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseFilter(new AutomaticRetryAttribute { Attempts = 20, DelayInSecondsByAttemptFunc = RetryDelay })
            .UsePostgreSqlStorage(
                postgres => postgres.UseConnectionFactory(new DataSourceConnectionFactory(provider.GetRequiredService<NpgsqlDataSource>(), StorageOptions)),
                StorageOptions));
        services.AddHangfireServer(options =>
        {
            options.WorkerCount = Math.Max(8, Environment.ProcessorCount * 4);
            options.Queues = ["default"];
            options.SchedulePollingInterval = TimeSpan.FromSeconds(2);
            options.ShutdownTimeout = TimeSpan.FromSeconds(10);
        });
        return services;
    }

    // A job waits for nothing, so a failure is a broken database, network or a bug: come back soon, then ever more slowly.
    private static int RetryDelay(long attempt) => (int)Math.Min(300, Math.Pow(2, Math.Min(attempt, 9)));

    /// <summary>The defaults (30 min invisibility, no long polling, 15 s poll) would lose minutes after a crash or on an idle queue.</summary>
    public static PostgreSqlStorageOptions StorageOptions { get; } = new()
    {
        SchemaName = "hangfire",
        EnableTransactionScopeEnlistment = true,
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = TimeSpan.FromSeconds(15),
        QueuePollInterval = TimeSpan.FromSeconds(1),
        EnableLongPolling = true,
        PrepareSchemaIfNecessary = true,
        AllowDegradedModeWithoutStorage = false,
    };
}

/// <summary>Gives Hangfire connections of our own pool: only then does an enqueue join the transaction that is under way on it.</summary>
public sealed class DataSourceConnectionFactory(NpgsqlDataSource db, PostgreSqlStorageOptions options)
    : NpgsqlInstanceConnectionFactoryBase(options)
{
    public override NpgsqlConnection GetOrCreateConnection()
    {
        SetupConnectionStringBuilder(db.ConnectionString);
        return db.CreateConnection();
    }
}
