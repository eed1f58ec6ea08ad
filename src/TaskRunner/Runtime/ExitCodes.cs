namespace Pipeline.TaskRunner;

/// <summary>What the task's exit code means to the scheduler (reference: interfaces 6.2, sysexits.h).</summary>
internal static class ExitCodes
{
    public const int Succeeded = 0;
    public const int Failed = 1;

    /// <summary>A step ran longer than its limit (as timeout(1) says it).</summary>
    public const int TimedOut = 124;

    /// <summary>EX_TEMPFAIL: the agent, the server or the network; try again elsewhere.</summary>
    public const int Infra = 75;

    /// <summary>A digest or a statement did not match: never try again.</summary>
    public const int Security = 76;

    /// <summary>EX_CONFIG: what it is started in lacks what it needs.</summary>
    public const int Config = 78;

    /// <summary>EX_USAGE: started by hand, without the variables of a task.</summary>
    public const int Usage = 64;
}

/// <summary>Not the fault of what is built or run: the task ends with <see cref="ExitCodes.Infra"/>.</summary>
internal sealed class InfraException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What was asked for cannot be done as it is written: an artifact path that is not there, for example.</summary>
internal sealed class DefinitionException(string message) : Exception(message);
