namespace Pipeline.Ui.Components;

/// <summary>What a state means to the reader: decides shape and colour, one of eight.</summary>
public enum Family
{
    Good,
    Bad,
    Working,
    Person,
    Clock,
    Stopped,
    Gone,
    Security,
}

/// <summary>The vocabulary of states. Stored words of all slices map to the exact word people read and to its family.</summary>
public static class Vocabulary
{
    private static readonly Dictionary<string, (Family Family, string Word)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["succeeded"] = (Family.Good, "succeeded"),
        ["success"] = (Family.Good, "succeeded"),
        ["healthy"] = (Family.Good, "healthy"),
        ["verified"] = (Family.Good, "verified"),
        ["active"] = (Family.Good, "active"),
        ["signed"] = (Family.Good, "signed"),
        ["sent"] = (Family.Good, "sent"),
        ["accepted"] = (Family.Good, "accepted"),
        ["processed"] = (Family.Good, "processed"),
        ["subscribed"] = (Family.Good, "subscribed"),
        ["open"] = (Family.Good, "open"),
        ["failed"] = (Family.Bad, "failed"),
        ["failure"] = (Family.Bad, "failed"),
        ["error"] = (Family.Bad, "failed"),
        ["timed-out"] = (Family.Bad, "timed out"),
        ["lost"] = (Family.Bad, "lost"),
        ["unreachable"] = (Family.Bad, "unreachable"),
        ["refused"] = (Family.Bad, "refused"),
        ["unhealthy"] = (Family.Bad, "unhealthy"),
        ["rolled-back"] = (Family.Bad, "rolled back"),
        ["rejected"] = (Family.Bad, "rejected"),
        ["not-verified"] = (Family.Bad, "not verified"),
        ["disconnected"] = (Family.Bad, "disconnected"),
        ["removed"] = (Family.Bad, "framework removed"),
        ["building"] = (Family.Working, "building"),
        ["running"] = (Family.Working, "running"),
        ["deploying"] = (Family.Working, "deploying"),
        ["baking"] = (Family.Working, "baking"),
        ["rolling-back"] = (Family.Working, "rolling back"),
        ["staging"] = (Family.Working, "starting"),
        ["starting"] = (Family.Working, "starting"),
        ["killing"] = (Family.Working, "stopping"),
        ["launching"] = (Family.Working, "starting"),
        ["retiring"] = (Family.Working, "retiring"),
        ["removing"] = (Family.Working, "removing"),
        ["draining"] = (Family.Working, "draining"),
        ["cancelling"] = (Family.Working, "cancelling"),
        ["connecting"] = (Family.Working, "connecting"),
        ["waiting-approval"] = (Family.Person, "waiting: approval"),
        ["needs-decision"] = (Family.Person, "needs a decision"),
        ["waiting"] = (Family.Clock, "waiting"),
        ["planned"] = (Family.Clock, "pending"),
        ["pending"] = (Family.Clock, "pending"),
        ["queued"] = (Family.Clock, "queued"),
        ["soak"] = (Family.Clock, "soak"),
        ["window"] = (Family.Clock, "window"),
        ["not-placed"] = (Family.Clock, "not placed"),
        ["cooldown"] = (Family.Clock, "cooldown"),
        ["held"] = (Family.Stopped, "held"),
        ["frozen"] = (Family.Stopped, "frozen"),
        ["paused"] = (Family.Stopped, "paused"),
        ["decommissioned"] = (Family.Stopped, "decommissioned"),
        ["dead"] = (Family.Bad, "dead"),
        ["failed-over"] = (Family.Bad, "failed over"),
        ["unauthorized"] = (Family.Bad, "not authorized"),
        ["missing-on-start"] = (Family.Clock, "not seen since the start"),
        ["finished"] = (Family.Gone, "finished"),
        ["superseded"] = (Family.Gone, "superseded"),
        ["cancelled"] = (Family.Gone, "cancelled"),
        ["killed"] = (Family.Gone, "stopped"),
        ["skipped"] = (Family.Gone, "skipped"),
        ["ignored"] = (Family.Gone, "ignored"),
        ["expired"] = (Family.Gone, "expired"),
        ["inactive"] = (Family.Gone, "inactive"),
        ["none"] = (Family.Gone, "not yet"),
        ["security"] = (Family.Security, "signature mismatch"),
        ["signature-mismatch"] = (Family.Security, "signature mismatch"),
        ["replay-refused"] = (Family.Security, "replay refused"),
    };

    /// <summary>A word that nobody listed is shown as it is, in the quiet style: never hidden, never an exception.</summary>
    public static (Family Family, string Word) Of(string state) =>
        Known.TryGetValue(Key(state), out var found) ? found : (Family.Gone, Key(state).Replace('-', ' '));

    /// <summary><c>RolledBack</c>, <c>rolled_back</c> and <c>rolled-back</c> are one word: the stable kebab form for <c>data-state</c>.</summary>
    public static string Key(string state)
    {
        var text = new System.Text.StringBuilder(state.Length + 4);
        foreach (var c in state)
        {
            if (char.IsUpper(c) && text.Length > 0 && char.IsLower(text[^1]))
                text.Append('-');
            text.Append(c is '_' or ' ' ? '-' : char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
