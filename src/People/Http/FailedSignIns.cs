using System.Net;
using System.Net.Sockets;

namespace Pipeline.People.Http;

/// <summary>
/// How many wrong tokens each address sent within the minute. Nobody guesses 256 bits: the limit tells a program with an old token to slow
/// down, and keeps one address from filling logs. A valid token always passes, since many people may share an address.
/// </summary>
internal sealed class FailedSignIns(int perMinute, TimeProvider time)
{
    /// <summary>Addresses that are counted one by one; those beyond share a count, so that many of them take no memory.</summary>
    public const int MostAddresses = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, (DateTimeOffset Since, int Count)> failures = [];

    /// <summary>How long the address has to wait; null when it may try.</summary>
    public TimeSpan? WaitOf(IPAddress? address)
    {
        lock (gate)
        {
            return failures.TryGetValue(KeyOf(address), out var seen) && seen.Count >= perMinute
                && seen.Since + Window - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : null;
        }
    }

    /// <summary>A token from there was unknown, expired or revoked.</summary>
    /// <returns>How long the address has to wait, when it had too many before; null while it may try again.</returns>
    public TimeSpan? Count(IPAddress? address)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (WaitOf(address) is { } wait)
                return wait;
            if (failures.Count >= MostAddresses)
                Forget(now);
            var key = KeyOf(address);
            failures[key] = failures.TryGetValue(key, out var seen) && now - seen.Since < Window ? (seen.Since, seen.Count + 1) : (now, 1);
            return null;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (address, _) in failures.Where(f => now - f.Value.Since >= Window).ToList())
            failures.Remove(address);
    }

    // One person has a whole /64 of IPv6 to choose from.
    private IPAddress KeyOf(IPAddress? address)
    {
        if (address is null)
            return IPAddress.None;
        var key = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (key.AddressFamily == AddressFamily.InterNetworkV6)
            key = new IPAddress([.. key.GetAddressBytes().Take(8), .. new byte[8]]);
        return failures.Count < MostAddresses || failures.ContainsKey(key) ? key : IPAddress.None;
    }
}
