using Pipeline.Cli.Http;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Sessions;

/// <summary>What the action of a command works with.</summary>
internal sealed class Session(ApiClient api, Printer output, HostEnvironment host, string? repository) : IDisposable
{
    public ApiClient Api => api;

    public Printer Out => output;

    public NameResolver Names { get; } = new(api, repository);

    public TimeProvider Time => host.Time;

    /// <summary>Whether stdout is a terminal, so that somebody watches.</summary>
    public bool OutIsTerminal => host.OutIsTerminal;

    /// <summary>A reader of event streams that warns on stderr.</summary>
    public EventStreamReader Events() => new(api, output.Note, host.Time);

    public void Dispose() => api.Dispose();
}
