using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Ui.Components;

/// <summary>Something that a signed-in operator can do to an object, with the effect that its dialog states first.</summary>
/// <param name="Word">Of the button.</param>
/// <param name="Consequence">Whole sentences.</param>
/// <param name="DoAsync">Asks the leader; the caller's permission was checked.</param>
public sealed record Deed(string Word, string Consequence, Func<DeedTold, Caller, CancellationToken, Task<OperatorAnswer>> DoAsync)
{
    public DeedGrade Grade { get; init; } = DeedGrade.Reversible;

    /// <summary>It may end by itself.</summary>
    public bool MayEnd { get; init; } = true;

    /// <summary>At its end it may kill what is left.</summary>
    public bool MayKillAtEnd { get; init; }

    /// <summary>How many instances there are now: the dialog asks how many there should be.</summary>
    public int? Instances { get; init; }

    /// <summary>Asks for a number from 0 to 1, this one to begin with.</summary>
    public decimal? Level { get; init; }

    /// <summary>Asks for one of these, the first to begin with.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>A reason has to be given.</summary>
    public bool NeedsReason { get; init; }

    /// <summary>Asks for arguments of a run.</summary>
    public bool TakesArguments { get; init; }

    /// <summary>A choice that the dialog offers as a box to tick.</summary>
    public string? Choice { get; init; }

    /// <summary>Has to be typed before an irreversible deed.</summary>
    public string? NameToType { get; init; }

    /// <summary>Why it makes no sense now; the button stays, disabled.</summary>
    public string? Useless { get; init; }

    /// <summary>What moves capacity and what cannot be undone look different.</summary>
    public string? Css => Grade switch
    {
        DeedGrade.Reversible => null,
        DeedGrade.Capacity => "caution",
        DeedGrade.Irreversible => "danger",
    };

    public string TestId { get => field ?? Word.ToLowerInvariant().Replace(' ', '-'); init; }
}

public enum DeedGrade
{
    Reversible,

    /// <summary>Moves or takes away capacity.</summary>
    Capacity,

    /// <summary>The name has to be typed.</summary>
    Irreversible,
}

/// <summary>What the dialog was told.</summary>
/// <param name="For">Null: without an end.</param>
/// <param name="Chosen">The box was ticked.</param>
public sealed record DeedTold(
    string? Reason, TimeSpan? For, bool KillAtEnd, int? Instances, IReadOnlyList<string> Arguments, bool Chosen)
{
    /// <summary>From 0 to 1, where the deed asks for it.</summary>
    public decimal Level { get; init; }

    /// <summary>Which of <see cref="Deed.Options"/>.</summary>
    public int Option { get; init; }

    public ActionDetails Details => new(Reason, For);
}
