namespace Pipeline.Ui.Components;

/// <summary>One reason why something waits.</summary>
/// <param name="Word">The kind in a word: <c>approval</c>, <c>soak</c>, <c>held</c> …</param>
/// <param name="Sentence">Reason, who can change it.</param>
/// <param name="Earliest">When it can end by itself; null when only a person or an event can end it.</param>
public sealed record WhyReason(string Word, Family As, string Sentence, DateTimeOffset? Earliest = null)
{
    /// <summary>The family by the kind of a gate.</summary>
    public static Family FamilyOf(string gate) => Vocabulary.Key(gate) switch
    {
        "approval" or "decision" => Family.Person,
        "hold" or "held" or "frozen" => Family.Stopped,
        "signature" or "security" => Family.Security,
        "health" or "failed" or "rejected" => Family.Bad,
        _ => Family.Clock,
    };
}
