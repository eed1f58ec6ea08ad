using System.Text;

namespace Pipeline.Ui.Display;

/// <summary>The word and the tone of every state that a slice stores: one state reads the same on every page.</summary>
internal static class StateWords
{
    private static readonly Dictionary<string, (StateTone Tone, string Word)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["succeeded"] = (StateTone.Good, "succeeded"),
        ["success"] = (StateTone.Good, "succeeded"),
        ["healthy"] = (StateTone.Good, "healthy"),
        ["verified"] = (StateTone.Good, "verified"),
        ["active"] = (StateTone.Good, "active"),
        ["signed"] = (StateTone.Good, "signed"),
        ["sent"] = (StateTone.Good, "sent"),
        ["accepted"] = (StateTone.Good, "accepted"),
        ["processed"] = (StateTone.Good, "processed"),
        ["subscribed"] = (StateTone.Good, "subscribed"),
        ["open"] = (StateTone.Good, "open"),
        ["failed"] = (StateTone.Bad, "failed"),
        ["failure"] = (StateTone.Bad, "failed"),
        ["error"] = (StateTone.Bad, "failed"),
        ["timed-out"] = (StateTone.Bad, "timed out"),
        ["lost"] = (StateTone.Bad, "lost"),
        ["unreachable"] = (StateTone.Bad, "unreachable"),
        ["refused"] = (StateTone.Bad, "refused"),
        ["unhealthy"] = (StateTone.Bad, "unhealthy"),
        ["rolled-back"] = (StateTone.Bad, "rolled back"),
        ["rejected"] = (StateTone.Bad, "rejected"),
        ["not-verified"] = (StateTone.Bad, "not verified"),
        ["disconnected"] = (StateTone.Bad, "disconnected"),
        ["removed"] = (StateTone.Bad, "framework removed"),
        ["building"] = (StateTone.Working, "building"),
        ["running"] = (StateTone.Working, "running"),
        ["deploying"] = (StateTone.Working, "deploying"),
        ["baking"] = (StateTone.Working, "baking"),
        ["rolling-back"] = (StateTone.Working, "rolling back"),
        ["staging"] = (StateTone.Working, "starting"),
        ["starting"] = (StateTone.Working, "starting"),
        ["killing"] = (StateTone.Working, "stopping"),
        ["launching"] = (StateTone.Working, "starting"),
        ["retiring"] = (StateTone.Working, "retiring"),
        ["removing"] = (StateTone.Working, "removing"),
        ["draining"] = (StateTone.Working, "draining"),
        ["cancelling"] = (StateTone.Working, "cancelling"),
        ["connecting"] = (StateTone.Working, "connecting"),
        ["waiting-approval"] = (StateTone.Person, "waiting: approval"),
        ["needs-decision"] = (StateTone.Person, "needs a decision"),
        ["waiting"] = (StateTone.Clock, "waiting"),
        ["planned"] = (StateTone.Clock, "pending"),
        ["pending"] = (StateTone.Clock, "pending"),
        ["queued"] = (StateTone.Clock, "queued"),
        ["soak"] = (StateTone.Clock, "soak"),
        ["window"] = (StateTone.Clock, "window"),
        ["not-placed"] = (StateTone.Clock, "not placed"),
        ["cooldown"] = (StateTone.Clock, "cooldown"),
        ["held"] = (StateTone.Stopped, "held"),
        ["frozen"] = (StateTone.Stopped, "frozen"),
        ["paused"] = (StateTone.Stopped, "paused"),
        ["decommissioned"] = (StateTone.Stopped, "decommissioned"),
        ["dead"] = (StateTone.Bad, "dead"),
        ["failed-over"] = (StateTone.Bad, "failed over"),
        ["unauthorized"] = (StateTone.Bad, "not authorized"),
        ["missing-on-start"] = (StateTone.Clock, "not seen since the server started"),
        ["finished"] = (StateTone.Gone, "finished"),
        ["superseded"] = (StateTone.Gone, "superseded"),
        ["cancelled"] = (StateTone.Gone, "cancelled"),
        ["killed"] = (StateTone.Gone, "stopped"),
        ["skipped"] = (StateTone.Gone, "skipped"),
        ["ignored"] = (StateTone.Gone, "ignored"),
        ["expired"] = (StateTone.Gone, "expired"),
        ["inactive"] = (StateTone.Gone, "inactive"),
        ["none"] = (StateTone.Gone, "not yet"),
        ["security"] = (StateTone.Security, "signature mismatch"),
        ["signature-mismatch"] = (StateTone.Security, "signature mismatch"),
        ["replay-refused"] = (StateTone.Security, "replay refused"),
    };

    /// <summary>A state that is not listed is shown as it is stored, quietly: never hidden, never an exception.</summary>
    public static (StateTone Tone, string Word) Of(string state) =>
        Known.TryGetValue(Key(state), out var found) ? found : (StateTone.Gone, Key(state).Replace('-', ' '));

    /// <summary>
    /// <c>RolledBack</c>, <c>rolled_back</c> and <c>rolled-back</c> are one word: the stable kebab form for <c>data-state</c>.
    /// </summary>
    public static string Key(string state)
    {
        var text = new StringBuilder(state.Length + 4);
        for (var i = 0; i < state.Length; i++)
        {
            if (char.IsUpper(state[i]) && i > 0 && char.IsLower(state[i - 1]))
                text.Append('-');
            text.Append(state[i] is '_' or ' ' ? '-' : char.ToLowerInvariant(state[i]));
        }

        return text.ToString();
    }
}
