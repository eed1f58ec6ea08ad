namespace Pipeline.Cli.Tests.Kit;

/// <summary>How a connection to an event stream goes on after what was sent: it ends, it breaks, or it stays open and silent.</summary>
internal enum StreamEnd
{
    Ends,
    Breaks,
    StaysOpen,
}
