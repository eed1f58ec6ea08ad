namespace Pipeline.BuildRunner.Core;

/// <summary>What became of a report of a task.</summary>
internal enum ReportOutcome
{
    /// <summary>It is noted; the same again, or one that comes too late, changes nothing.</summary>
    Recorded,

    /// <summary>The module has no such step.</summary>
    UnknownStep,

    /// <summary>A later attempt builds the module: nothing was noted.</summary>
    TakenOver,
}
