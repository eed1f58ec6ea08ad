using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Display;

/// <summary>One reason why something waits.</summary>
/// <param name="Word">The kind of reason in one word: <c>approval</c>, <c>soak</c>, <c>hold</c> …</param>
/// <param name="Tone">How its icon and colour read.</param>
/// <param name="Sentence">The reason, and who can change it.</param>
/// <param name="Earliest">When time alone clears it; null when only a person or an event does.</param>
public sealed record WaitReason(string Word, StateTone Tone, string Sentence, DateTimeOffset? Earliest = null)
{
    /// <summary>The reasons of a promotion, in the order of its blockers.</summary>
    public static IReadOnlyList<WaitReason> Of(IEnumerable<Blocker> blockers) =>
        [.. blockers.Select(b => new WaitReason(b.Gate.Replace('-', ' '), ToneOf(b.Gate), b.Sentence, b.EarliestAt))];

    /// <summary>The tone of a gate.</summary>
    internal static StateTone ToneOf(string gate) => StateWords.Key(gate) switch
    {
        "approval" or "decision" => StateTone.Person,
        "hold" or "held" or "frozen" => StateTone.Stopped,
        "signature" or "security" => StateTone.Security,
        "health" or "failed" or "rejected" => StateTone.Bad,
        _ => StateTone.Clock,
    };
}
