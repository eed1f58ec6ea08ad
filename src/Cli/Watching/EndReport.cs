using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Watching;

/// <summary>The last line of everything that is followed.</summary>
internal static class EndReport
{
    public static void Print(Session session, string kind, string outcome, string reason, int exitCode)
    {
        if (session.Out.IsJson)
            session.Out.AnswerLine(new { type = "end", @object = kind, outcome, reason, exitCode });
        else
            session.Out.Note($"{kind}: {outcome}{(reason.Length > 0 ? ". " + reason : "")}");
    }
}
