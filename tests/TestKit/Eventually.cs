using System.Diagnostics;

namespace Pipeline.TestKit;

/// <summary>Waits for a condition of a real, asynchronous system; the failure says what was last seen.</summary>
public static class Eventually
{
    /// <summary>Asks until <paramref name="isTrue"/> holds, and gives the value back.</summary>
    /// <exception cref="TimeoutException">Carries the last value, or the last error.</exception>
    public static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> isTrue, TimeSpan within, string what)
    {
        var watch = Stopwatch.StartNew();
        string seen = "nothing";
        while (watch.Elapsed < within)
        {
            try
            {
                var value = await ask();
                if (isTrue(value))
                    return value;
                seen = value?.ToString() ?? "null";
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                seen = e.Message;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
        }

        throw new TimeoutException($"{what}: not within {within.TotalSeconds:0} s. Last seen: {seen}");
    }

    public static Task IsTrueAsync(Func<Task<bool>> ask, TimeSpan within, string what) => BecomesAsync(ask, ok => ok, within, what);
}
