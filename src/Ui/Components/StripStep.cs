namespace Pipeline.Ui.Components;

/// <summary>One cell of the line delivery → build → release → stages.</summary>
/// <param name="TestId">Stable: <c>build</c>, <c>stage-production</c> …; the word of <paramref name="State"/> is its <c>data-state</c>.</param>
/// <param name="Text">Overrides the word of the vocabulary.</param>
/// <param name="Took">Duration that is known; null while it runs or waits.</param>
public sealed record StripStep(
    string TestId, string Name, string State, string? Href = null, string? Text = null, Family? As = null,
    TimeSpan? Took = null, DateTimeOffset? Since = null);
