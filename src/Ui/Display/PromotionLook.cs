using Pipeline.DeployStages.Contract;

namespace Pipeline.Ui.Display;

/// <summary>How the phase of a promotion is shown: a wait shows what it waits for, so that a person looks different from a clock.</summary>
internal static class PromotionLook
{
    /// <returns>Nulls: as <see cref="StateWords"/> has it.</returns>
    public static (StateTone? Tone, string? Text) Of(string phase, IReadOnlyList<Blocker> blockers) =>
        StateWords.Key(phase) == "waiting" && Main(blockers) is { } blocker
            ? (WaitReason.ToneOf(blocker.Gate), $"waiting: {blocker.Gate.Replace('-', ' ')}")
            : (null, null);

    /// <summary>A hold stops everything; then comes what only a person clears; then the first.</summary>
    private static Blocker? Main(IReadOnlyList<Blocker> blockers) =>
        blockers.FirstOrDefault(b => b.Gate is "hold" or "signature") ?? blockers.FirstOrDefault(b => b.Gate == "approval")
        ?? (blockers.Count > 0 ? blockers[0] : null);
}
