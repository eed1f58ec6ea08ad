using Pipeline.Ui.Display;

namespace Pipeline.Ui.Components.Commits;

/// <summary>One step of a commit on its way: delivery, build, release, then each stage.</summary>
/// <param name="TestId">Stable: <c>build</c>, <c>stage-production</c> …</param>
/// <param name="Name">What the reader sees.</param>
/// <param name="State">A stored state; <c>data-state</c> of the step.</param>
/// <param name="Href">The page with the evidence; null when there is none yet.</param>
/// <param name="Text">Replaces the word of the state.</param>
/// <param name="Tone">Replaces the tone of the state.</param>
/// <param name="Took">The duration; null while it runs or waits.</param>
/// <param name="Since">When the state began.</param>
public sealed record ProgressStep(
    string TestId, string Name, string State, string? Href = null, string? Text = null, StateTone? Tone = null,
    TimeSpan? Took = null, DateTimeOffset? Since = null);
