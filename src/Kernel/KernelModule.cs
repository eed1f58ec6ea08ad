using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Files;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.Kernel;

/// <summary>Registers what every part of the server shares.</summary>
public static class KernelModule
{
    /// <summary>
    /// A process that is frozen in the middle of a transaction keeps its locks; after so long PostgreSQL lets go of them.
    /// </summary>
    private const string IdleInTransaction = "10s";

    /// <summary>
    /// The data source, the journal, its reader and its live feed, the jobs that are not done, the clock.
    /// The composition root adds an <see cref="EventFlow"/>.
    /// </summary>
    public static IServiceCollection AddKernel(this IServiceCollection services, string connectionString)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => DataSource(connectionString));
        services.AddEventKinds(KernelEventKinds.All);
        services.AddSingleton<EventKinds>();
        services.AddSingleton<Journal>();
        services.AddSingleton<JournalReader>();
        services.AddSingleton<OpenJobStore>().AddSingleton<FailedJobQueries>().AddSingleton<FailedJobCommands>();
        services.AddSingleton<LiveFeed>();
        services.AddHostedService<PrivateFolderSetUp>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveFeed>());
        return services;
    }

    private static NpgsqlDataSource DataSource(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = "pipeline" };
        var options = builder.ConnectionStringBuilder.Options;
        if (options?.Contains("idle_in_transaction_session_timeout", StringComparison.Ordinal) != true)
            builder.ConnectionStringBuilder.Options = $"{options} -c idle_in_transaction_session_timeout={IdleInTransaction}".TrimStart();

        return builder.Build();
    }
}
