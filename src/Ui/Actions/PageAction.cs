using Pipeline.Kernel;

namespace Pipeline.Ui.Actions;

/// <summary>Something that a person can do to the object on a page: a button, and a dialog that states the consequence first.</summary>
/// <param name="Label">The text of the button.</param>
/// <param name="Consequence">What happens, in whole sentences.</param>
/// <param name="RunAsync">The slice's command. It is called with the caller as he is at the moment of the click.</param>
public sealed record PageAction(string Label, string Consequence, PageActionCommand RunAsync)
{
    /// <summary>The permission that the command needs; the button is disabled for who lacks it.</summary>
    public string Permission { get; init; } = Kernel.Permission.Operate;

    /// <summary>How much harm a mistake does.</summary>
    public ActionSeverity Severity { get; init; } = ActionSeverity.Reversible;

    /// <summary>The one thing that the page expects of its reader.</summary>
    public bool IsPrimary { get; init; }

    /// <summary>Why it cannot be done now; the button stays visible, disabled. Null when it can.</summary>
    public string? Unavailable { get; init; }

    /// <summary>What the dialog asks for besides a confirmation.</summary>
    public ActionQuestions Questions { get; init; } = new();

    /// <summary>For tests and scripts: stable.</summary>
    public string TestId { get => field ?? Label.ToLowerInvariant().Replace(' ', '-'); init; }

    /// <summary>Class of the button: what moves capacity and what cannot be undone look different.</summary>
    public string? Css => Severity switch
    {
        ActionSeverity.Reversible => IsPrimary ? "primary" : null,
        ActionSeverity.Capacity => "caution",
        ActionSeverity.Irreversible => "danger",
    };
}

/// <summary>Calls the slice's command and says what came of it.</summary>
/// <exception cref="PermissionDeniedException">The caller lacks the permission.</exception>
public delegate Task<ActionResult> PageActionCommand(Caller caller, ActionInput input, CancellationToken ct);

/// <summary>How much harm a mistake does: decides the look of the button.</summary>
public enum ActionSeverity
{
    /// <summary>Can be undone by another action.</summary>
    Reversible,

    /// <summary>Moves or takes away capacity or traffic.</summary>
    Capacity,

    /// <summary>Cannot be undone.</summary>
    Irreversible,
}
