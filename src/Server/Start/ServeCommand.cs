using Microsoft.Extensions.Options;
using Pipeline.Kernel.Jobs;
using Pipeline.LoadBalancers;
using Pipeline.People.Contract;

namespace Pipeline.Server.Start;

/// <summary><c>serve</c>: the server alone, with the PostgreSQL and the masters that the configuration names.</summary>
internal static class ServeCommand
{
    /// <param name="settings">What the command line sets; wins over variables and files.</param>
    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string?> settings, CancellationToken ct)
    {
        await using var app = PipelineHost.Build(settings);
        ListenCheck.Run(app.Configuration["Urls"] ?? "");
        ListenCheck.Run(app.Services.GetRequiredService<IOptions<LoadBalancersOptions>>().Value.Urls, ListenCheck.OfTraffic);
        await app.StartAllOrNoneAsync(ct);
        // Last: a start that fails must not have shown a token that is never shown again.
        await FirstToken.EnsureAsync(app.Services, tokenFile: null, Console.Out, ct);
        await app.WaitForShutdownAsync(ct);
        return 0;
    }
}
