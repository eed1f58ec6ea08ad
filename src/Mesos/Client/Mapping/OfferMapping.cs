using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Client.Mapping;

/// <summary>From the wire's offers to ours.</summary>
internal static class OfferMapping
{
    private const double MaxAmount = 1e15;

    public static Offer From(Wire.Offer o)
    {
        var address = o.Url?.Address;
        var host = address is { HasIp: true } ? address.Ip : address is { HasHostname: true } ? address.Hostname : o.Hostname;
        return new Offer(
            Required.Text(o.Id?.Value), Required.Text(o.AgentId?.Value), o.Hostname, host,
            $"{o.Url?.Scheme ?? "http"}://{host}:{address?.Port ?? 5051}",
            o.AllocationInfo?.Role ?? "*", Resources(o.Resources), Attributes(o.Attributes), Window(o.Unavailability));
    }

    public static InverseOffer From(Wire.InverseOffer o) => new(
        Required.Text(o.Id?.Value), o.AgentId?.Value, Window(Required.Value(o.Unavailability))!);

    private static OfferedResources Resources(IEnumerable<Resource> resources)
    {
        decimal cpus = 0, memory = 0, disk = 0;
        var ports = new List<PortRange>();
        foreach (var r in resources.Where(IsPlain))
        {
            switch (r.Name)
            {
                case "cpus":
                    cpus += Exact(r);
                    break;
                case "mem":
                    memory += Exact(r);
                    break;
                case "disk":
                    disk += Exact(r);
                    break;
                case "ports":
                    ports.AddRange(Ports(r));
                    break;
            }
        }

        return new OfferedResources(cpus, memory, disk, ports);
    }

    // Reserved, persistent, shared and revocable resources must be named as such at launch; we only ask for plain ones.
    private static bool IsPlain(Resource r) =>
        r.Reservation is null && r.Reservations.Count == 0 && r.Disk is null && r.Revocable is null && r.Shared is null
        && (!r.HasRole || r.Role == "*");

    private static IEnumerable<PortRange> Ports(Resource r) => (r.Ranges?.Range ?? Enumerable.Empty<Value.Types.Range>())
        .Where(x => x.Begin <= x.End && x.End <= ushort.MaxValue).Select(x => new PortRange((int)x.Begin, (int)x.End));

    /// <summary>Mesos keeps three decimals; noise of doubles must not enter our accounting. Absurd amounts count as none.</summary>
    private static decimal Exact(Resource r) =>
        r.Scalar is { Value: > 0 and < MaxAmount and var value } ? Math.Round((decimal)value, 3) : 0;

    private static Dictionary<string, string> Attributes(IEnumerable<Wire.Attribute> attributes)
    {
        var result = new Dictionary<string, string>();
        foreach (var a in attributes)
            result[a.Name] = a.Text?.Value ?? a.Scalar?.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Joined(a);
        return result;
    }

    private static string Joined(Wire.Attribute a) =>
        a.Set is { } set ? string.Join(',', set.Item) : string.Join(',', a.Ranges?.Range.Select(r => $"{r.Begin}-{r.End}") ?? []);

    private static MaintenanceWindow? Window(Unavailability? u) => u is null
        ? null
        : new MaintenanceWindow(
            DateTimeOffset.UnixEpoch + Nanoseconds(Required.Value(u.Start).Nanoseconds),
            u.Duration is { } d ? Nanoseconds(d.Nanoseconds) : null);

    private static TimeSpan Nanoseconds(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
