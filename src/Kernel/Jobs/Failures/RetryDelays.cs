namespace Pipeline.Kernel.Jobs.Failures;

/// <summary>
/// When a failed job is tried again. A job waits for nothing, so a failure is a broken database, network or remote, or a bug: come back
/// soon, then ever more slowly, and for a day, so that what is away overnight needs nobody when it is back.
/// </summary>
public static class RetryDelays
{
    /// <summary>After so many tries it is given up: about 25 hours.</summary>
    public const int MostTries = 44;

    private const int Quick = 20;

    /// <param name="tries">How often it failed, from 1.</param>
    /// <returns>Null when it is given up.</returns>
    public static TimeSpan? After(int tries) =>
        tries >= MostTries ? null
        : tries > Quick ? TimeSpan.FromHours(1)
        : TimeSpan.FromSeconds(Math.Min(300, 1 << Math.Min(tries, 9)));
}
