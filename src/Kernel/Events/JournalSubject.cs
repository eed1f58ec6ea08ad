namespace Pipeline.Kernel.Events;

/// <summary>What an event is about: the columns by which timelines are read. Set all that are known; the commit is the spine.</summary>
public sealed record JournalSubject
{
    public static readonly JournalSubject None = new();

    public RepositoryId? Repository { get; init; }
    public CommitSha? Commit { get; init; }
    public BuildId? Build { get; init; }
    public Digest? Release { get; init; }
    public PromotionId? Promotion { get; init; }
    public string? Stage { get; init; }
    public string? Deployable { get; init; }
    public string? Cluster { get; init; }
    public string? TaskId { get; init; }
}

/// <summary>An event as it is appended.</summary>
public sealed record NewJournalEntry(JournalEvent Event, Actor Actor, JournalSubject Subject);

/// <summary>An event as it was stored. <paramref name="Id"/> grows in commit order, so a reader that resumes after it misses nothing.</summary>
public sealed record JournalEntry(long Id, DateTimeOffset At, string Kind, Actor Actor, JournalSubject Subject, JournalEvent Event);
