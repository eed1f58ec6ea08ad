using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Kernel.Jobs;

/// <summary>How a host is started here.</summary>
public static class HostStart
{
    /// <summary>Starts all services. When one cannot start, those that did are stopped in order before the failure is thrown: a
    /// scheduler that leads says goodbye, and no service takes its end for a fault.</summary>
    public static async Task StartAllOrNoneAsync(this IHost host, CancellationToken ct)
    {
        // Made here, what cannot be made is thrown before anything runs: a host whose services were never made cannot be stopped.
        _ = host.Services.GetServices<IHostedService>().Count();
        try
        {
            await host.StartAsync(ct);
        }
        catch (Exception failure)
        {
            await StopAsync(host);
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // Whatever the stop says, the start's failure is what has to be mended.
    private static async Task StopAsync(IHost host)
    {
        try
        {
            await host.StopAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // The host has logged it, and a worse failure is thrown next.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
