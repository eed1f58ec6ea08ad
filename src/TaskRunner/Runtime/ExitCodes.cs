namespace Pipeline.TaskRunner.Runtime;

/// <summary>What the task's exit code means to the scheduler (reference: interfaces 6.2, sysexits.h).</summary>
internal static class ExitCodes
{
    public const int Succeeded = 0;
    public const int Failed = 1;

    /// <summary>A step ran longer than its limit (as timeout(1) says it).</summary>
    public const int TimedOut = 124;

    /// <summary>EX_CANTCREAT: the artifact does not fit on the disk that the task asks for.</summary>
    public const int TooLarge = 73;

    /// <summary>EX_UNAVAILABLE: another program listens on a port that the agent gave to the task; try again with other ports.</summary>
    public const int PortTaken = 69;

    /// <summary>EX_TEMPFAIL: the agent, the server or the network; try again elsewhere.</summary>
    public const int Infra = 75;

    /// <summary>A digest or a statement did not match: never try again.</summary>
    public const int Security = 76;

    /// <summary>EX_CONFIG: the image lacks what the runner needs.</summary>
    public const int Config = 78;

    /// <summary>EX_USAGE: started by hand, without the variables of a task.</summary>
    public const int Usage = 64;

    /// <summary>
    /// The exit code of a task for that of the program that it ran. The runner's own words are not the program's to say: a service that
    /// ends with 76 is no security event, and one that ends with 75 is no fault of its agent.
    /// </summary>
    public static int OfProgram(int exitCode) => exitCode is PortTaken or TooLarge or Infra or Security or Config ? Failed : exitCode;
}
