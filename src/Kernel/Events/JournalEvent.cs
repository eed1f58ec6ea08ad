namespace Pipeline.Kernel.Events;

/// <summary>
/// Something that happened, in the past tense. Slices never call each other's jobs: they append an event, and
/// <c>Server/Flow.cs</c> says which job it starts. Each slice registers the kinds of its own events (<see cref="EventKind"/>).
/// </summary>
public abstract record JournalEvent;

/// <summary>
/// An event whose kind this server does not know, or cannot read: it was written by a newer one. Shown as such; starts nothing.
/// </summary>
/// <param name="Kind">As it was stored.</param>
/// <param name="Payload">As it was stored.</param>
public sealed record UnknownEvent(string Kind, System.Text.Json.JsonElement Payload) : JournalEvent;
