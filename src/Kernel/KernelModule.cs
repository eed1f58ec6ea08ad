using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Pipeline.Kernel;

public static class KernelModule
{
    /// <summary>The data source, the journal and its reader, the clock. The composition root adds an <see cref="EventFlow"/>.</summary>
    public static IServiceCollection AddKernel(this IServiceCollection services, string connectionString)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new NpgsqlDataSourceBuilder(connectionString) { Name = "pipeline" }.Build());
        services.AddSingleton<Journal>();
        services.AddSingleton<JournalReader>();
        return services;
    }
}
