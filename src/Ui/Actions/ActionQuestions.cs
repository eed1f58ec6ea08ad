namespace Pipeline.Ui.Actions;

/// <summary>What the confirmation dialog of an action asks for.</summary>
public sealed record ActionQuestions
{
    /// <summary>What the text field is called: an operator gives a reason, an approver a comment.</summary>
    public string NoteLabel { get; init; } = "Reason";

    /// <summary>The longest text, in characters.</summary>
    public int NoteLength { get; init; } = 280;

    /// <summary>The text has to be given.</summary>
    public bool RequiresNote { get; init; }

    /// <summary>Whether the action can expire.</summary>
    public bool Duration { get; init; }

    /// <summary>Whether tasks that remain when it expires can be killed.</summary>
    public bool KillAtExpiry { get; init; }

    /// <summary>The current number of instances: the dialog asks for the new one. Null: it does not ask.</summary>
    public int? Instances { get; init; }

    /// <summary>A suggested priority level from 0 to 1. Null: the dialog does not ask for one.</summary>
    public decimal? Level { get; init; }

    /// <summary>Asks for one of these; the first is suggested.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Whether a run can be given arguments.</summary>
    public bool Arguments { get; init; }

    /// <summary>A check box. Null: none.</summary>
    public string? CheckBox { get; init; }

    /// <summary>The name to repeat before the action is confirmed. Null: none.</summary>
    public string? NameToRepeat { get; init; }
}

/// <summary>What a person answered in the dialog.</summary>
/// <param name="Note">The reason or comment; null when left empty.</param>
/// <param name="Duration">When the action expires; null: never.</param>
public sealed record ActionInput(string? Note = null, TimeSpan? Duration = null)
{
    /// <summary>Kill what remains when it expires.</summary>
    public bool KillAtExpiry { get; init; }

    /// <summary>The wanted number of instances.</summary>
    public int Instances { get; init; }

    /// <summary>The wanted priority level from 0 to 1.</summary>
    public decimal Level { get; init; }

    /// <summary>Index into <see cref="ActionQuestions.Options"/>.</summary>
    public int Option { get; init; }

    /// <summary>Arguments of a run, in order.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The check box is ticked.</summary>
    public bool IsChecked { get; init; }
}

/// <summary>What came of an action, as the page says it.</summary>
/// <param name="Done">False: nothing was changed.</param>
/// <param name="Sentence">Whole sentences for the person who clicked.</param>
public sealed record ActionResult(bool Done, string Sentence);
