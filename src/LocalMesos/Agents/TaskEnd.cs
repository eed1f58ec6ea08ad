namespace Pipeline.LocalMesos.Agents;

/// <summary>Why a task ends.</summary>
internal enum TaskEnd
{
    ByItself,
    Killed,
    Unhealthy,
    TookTooLong,
}
