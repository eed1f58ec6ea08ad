using System.Security.Cryptography;

namespace Pipeline.Mesos.Client;

/// <summary>Full jitter, so that thousands of frameworks do not come back in step; the first try again is quick.</summary>
internal sealed class Backoff(TimeSpan max)
{
    private const int FirstMilliseconds = 100;
    private const int BaseMilliseconds = 250;
    private int failures;

    public void Reset() => failures = 0;

    public TimeSpan Next()
    {
        if (failures++ == 0)
            return TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(FirstMilliseconds / 2, FirstMilliseconds + 1));
        var ceiling = Math.Min(max.TotalMilliseconds, BaseMilliseconds * Math.Pow(2, Math.Min(failures, 20)));
        return TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(0, (int)ceiling + 1));
    }
}
