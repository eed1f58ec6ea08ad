namespace Pipeline.Server.Tests.Failures;

/// <summary>Hangfire keeps its storage for the whole process: while one job server starts, no other may, nor anything else that names one.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class JobServerCollection
{
    public const string Name = "job server";
}
