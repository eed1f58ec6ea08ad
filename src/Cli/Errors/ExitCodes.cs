namespace Pipeline.Cli.Errors;

/// <summary>Exit codes: part of the interface, pinned by a snapshot of <c>pipeline help exit-codes</c>.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
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

    /// <summary>The help topic <c>exit-codes</c>.</summary>
    public const string Table = """
        0    success
        1    unexpected error: a bug, or a failing server
        2    usage error, or an invalid definition
        3    what was watched failed
        4    not signed in: the token is missing or invalid
        5    refused: missing permission or closed gate
        6    not found
        7    conflict: the plan changed, the version is stale, or it was decided already
        8    stopped waiting; the work goes on
        9    the server cannot be reached
        11   no verdict: cancelled or superseded
        130  interrupted: the watcher stops, the work goes on

        """;

    /// <summary>The exit code for the HTTP status of a problem.</summary>
    public static int ForStatus(int status) => status switch
    {
        400 or 422 => Usage,
        401 => SignIn,
        403 => Refused,
        404 or 410 => NotFound,
        300 or 409 or 412 or 429 => Conflict,
        _ => Unexpected,
    };
}
