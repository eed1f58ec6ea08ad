namespace Pipeline.Kernel;

/// <summary>A person's or token's action that no other event describes (audit).</summary>
public sealed record ActionRecorded(string Action, string Target, string? Message) : JournalEvent;
