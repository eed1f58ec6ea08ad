namespace Pipeline.Cli;

/// <summary>Exit codes: part of the interface, pinned by a snapshot of <c>pipeline help exit-codes</c>.</summary>
internal static class Exit
{
    public const int Done = 0;
    public const int Unexpected = 1;
    public const int Usage = 2;
    public const int EndedBadly = 3;
    public const int SignIn = 4;
    public const int Refused = 5;
    public const int NotFound = 6;
    public const int Conflict = 7;
    public const int StoppedWaiting = 8;
    public const int Unreachable = 9;
    public const int NoVerdict = 11;
    public const int Interrupted = 130;

    public const string Table = """
        0    done
        1    unexpected: a bug or a failing server
        2    usage, or a definition with errors
        3    what was watched ended badly
        4    sign in: no token, or one that is not valid
        5    refused: permission or closed gate
        6    no such object
        7    conflict: plan changed, stale version, already decided
        8    stopped waiting; the work goes on
        9    server not reachable
        11   no verdict: cancelled or superseded
        130  interrupted: the watcher stops, never the work

        """;

    /// <summary>By the HTTP status of a problem.</summary>
    public static int Of(int status) => status switch
    {
        400 or 422 => Usage,
        401 => SignIn,
        403 => Refused,
        404 or 410 => NotFound,
        300 or 409 or 412 or 429 => Conflict,
        _ => Unexpected,
    };
}
