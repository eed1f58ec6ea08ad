using Hangfire;
using Hangfire.Common;

namespace Pipeline.Server.Failures;

/// <summary>Registers what sees every job, and what brings failed ones back.</summary>
internal static class FailuresModule
{
    public static IServiceCollection AddFailures(this IServiceCollection services)
    {
        services.AddSingleton<JobObjects>().AddSingleton<JobRecorder>();
        // Filters of this server alone: Hangfire's own list is one for the whole process.
        services.AddSingleton<IJobFilterProvider>(provider => new JobFilterProviderCollection(
            new JobFilterCollection { provider.GetRequiredService<JobRecorder>() },
            GlobalJobFilters.Filters,
            new JobFilterAttributeFilterProvider()));
        services.AddHostedService<OpenJobSweep>();
        return services;
    }
}
