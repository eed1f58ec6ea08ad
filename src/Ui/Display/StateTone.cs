namespace Pipeline.Ui.Display;

/// <summary>What a state means to its reader. It decides the icon and the colour.</summary>
public enum StateTone
{
    /// <summary>As it should be; shown quietly.</summary>
    Good,

    /// <summary>Failed.</summary>
    Bad,

    /// <summary>In progress.</summary>
    Working,

    /// <summary>Waits for a person.</summary>
    Person,

    /// <summary>Waits for time or for the system.</summary>
    Clock,

    /// <summary>Stopped on purpose.</summary>
    Stopped,

    /// <summary>Does not matter any more.</summary>
    Gone,

    /// <summary>A signature or a digest did not match.</summary>
    Security,
}
