namespace Pipeline.Kernel.Events;

/// <summary>What an event is about: the columns by which timelines are read. Set all that are known; the commit is the spine.</summary>
public sealed record JournalSubject
{
    /// <summary>About nothing in particular.</summary>
    public static readonly JournalSubject None = new();

    /// <summary>The repository.</summary>
    public RepositoryId? Repository { get; init; }
    /// <summary>The commit.</summary>
    public CommitSha? Commit { get; init; }
    /// <summary>The build.</summary>
    public BuildId? Build { get; init; }
    /// <summary>The digest of the release.</summary>
    public Digest? Release { get; init; }
    /// <summary>The promotion.</summary>
    public PromotionId? Promotion { get; init; }
    /// <summary>The stage's name.</summary>
    public string? Stage { get; init; }
    /// <summary>The deployable's name.</summary>
    public string? Deployable { get; init; }
    /// <summary>The cluster's name.</summary>
    public string? Cluster { get; init; }
    /// <summary>The task's id.</summary>
    public string? TaskId { get; init; }
}

/// <summary>An event as it is appended.</summary>
public sealed record NewJournalEntry(JournalEvent Event, Actor Actor, JournalSubject Subject);

/// <summary>
/// An event as it was stored. <paramref name="Id"/> grows in commit order, so a reader that resumes after it misses nothing.
/// </summary>
public sealed record JournalEntry(long Id, DateTimeOffset At, string Kind, Actor Actor, JournalSubject Subject, JournalEvent Event);
