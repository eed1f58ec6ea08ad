using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;
using Pipeline.Kernel.Jobs.Failures;
using Pipeline.Server.Failures;

namespace Pipeline.Server.Jobs;

/// <summary>Hangfire on our PostgreSQL: storage, server and dashboard.</summary>
internal static class HangfireModule
{
    public static IServiceCollection AddHangfireOnPostgres(this IServiceCollection services)
    {
        services.AddFailures();
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseTypeResolver(StoredJobNames.Resolve)
            .UseRecommendedSerializerSettings()
            // Only for a failure that could not be written down (see Failures/JobRecorder): the database is away.
            .UseFilter(new AutomaticRetryAttribute { Attempts = RetryDelays.MostTries, DelayInSecondsByAttemptFunc = RetryDelay })
            .UsePostgreSqlStorage(
                postgres =>
                    postgres.UseConnectionFactory(
                        new DataSourceConnectionFactory(provider.GetRequiredService<NpgsqlDataSource>(), StorageOptions)),
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

    private static int RetryDelay(long attempt) => (int)(RetryDelays.After((int)attempt) ?? TimeSpan.FromHours(1)).TotalSeconds;

    /// <summary>After so long without a sign of life a server counts as dead: its jobs and its locks are free for others.</summary>
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(15);

    /// <summary>The defaults (30 min invisibility, 10 min lock, no long polling, 15 s poll) would lose minutes after a crash or on an idle
    /// queue. A lock is a row that outlives a killed server; it is held for one change of a job's state, milliseconds, and jobs may run
    /// twice, so freeing it from a server that was only slow does no harm.</summary>
    public static PostgreSqlStorageOptions StorageOptions { get; } = new()
    {
        SchemaName = "hangfire",
        EnableTransactionScopeEnlistment = true,
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = DeadAfter,
        DistributedLockTimeout = DeadAfter,
        QueuePollInterval = TimeSpan.FromSeconds(1),
        EnableLongPolling = true,
        PrepareSchemaIfNecessary = true,
        AllowDegradedModeWithoutStorage = false,
    };
}

/// <summary>Gives Hangfire connections of our own pool: only then does an enqueue join the transaction that is under way on it.</summary>
internal sealed class DataSourceConnectionFactory(NpgsqlDataSource db, PostgreSqlStorageOptions options)
    : NpgsqlInstanceConnectionFactoryBase(options)
{
    public override NpgsqlConnection GetOrCreateConnection()
    {
        SetupConnectionStringBuilder(db.ConnectionString);
        return db.CreateConnection();
    }
}
