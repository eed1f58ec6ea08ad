using Pipeline.People.Contract;

namespace Pipeline.Server;

/// <summary><c>serve</c>: the server alone, with the PostgreSQL and the masters that the configuration names.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var app = PipelineHost.Build(arguments, new Dictionary<string, string?>());
        await FirstToken.EnsureAsync(app.Services, tokenFile: null, Console.Out, CancellationToken.None);
        await app.RunAsync();
        return 0;
    }
}
