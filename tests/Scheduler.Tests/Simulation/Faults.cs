namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>How often what goes wrong. Off: nothing does any more, and everything must come to rest.</summary>
internal sealed class Faults(Agenda agenda)
{
    public bool On { get; set; } = true;

    /// <summary>On the way from an agent to the master; it is sent again.</summary>
    public bool LoseUpdate => On && agenda.OneIn(12);
    public bool DoubleUpdate => On && agenda.OneIn(10);

    /// <summary>Now and then so long that updates of other tasks overtake it.</summary>
    public TimeSpan UpdateDelay => On && agenda.OneIn(12) ? agenda.Between(500, 8000) : agenda.Between(1, 60);

    /// <summary>Made by the master: nobody sends it again.</summary>
    public bool LoseMasterUpdate => On && agenda.OneIn(25);
    public bool RunFails => On && agenda.OneIn(4);
    public bool IsSick => On && agenda.OneIn(20);

    /// <summary>The call does not arrive.</summary>
    public bool LoseCall => On && agenda.OneIn(50);

    /// <summary>We are told that a call failed, whether it arrived or not.</summary>
    public bool FalseAlarm => On && agenda.OneIn(80);

    public Crash NextCrash => !On || !agenda.OneIn(60) ? Crash.None : (Crash)agenda.Pick(1, 6);
}

/// <summary>Where a leader is struck within one step.</summary>
internal enum Crash
{
    None,
    BeforeCommit,

    /// <summary>The database refuses: the term ends.</summary>
    CommitFails,

    /// <summary>The rows are durable, but the leader never learns of it.</summary>
    CommitUnknown,

    /// <summary>Committed, and some of the sends carried.</summary>
    BetweenSends,

    /// <summary>Not dead but frozen, before the commit or between the sends; it wakes when another leads.</summary>
    Frozen,
}
