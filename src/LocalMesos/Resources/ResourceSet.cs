using System.Globalization;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Resources;

/// <summary>
/// Amounts by kind, immutable: scalars in thousandths (Mesos keeps three decimals), ranges inclusive. Their order is kept, since error
/// texts show it.
/// </summary>
internal sealed class ResourceSet
{
    public static readonly ResourceSet Empty = new([], []);

    private readonly List<(ResourceKind Kind, long Milli)> scalars;
    private readonly List<(ResourceKind Kind, List<(long From, long To)> Ranges)> ranges;

    private ResourceSet(
        List<(ResourceKind Kind, long Milli)> scalars, List<(ResourceKind Kind, List<(long From, long To)> Ranges)> ranges) =>
        (this.scalars, this.ranges) = (scalars, ranges);

    public bool IsEmpty => scalars.TrueForAll(s => s.Milli <= 0) && ranges.TrueForAll(r => r.Ranges.Count == 0);

    public long Cpus => Sum("cpus");

    public long Memory => Sum("mem");

    public bool HasPorts => ranges.Exists(r => r.Kind.Name == "ports");

    /// <summary>In thousandths of a MiB.</summary>
    public long Disk => Sum("disk");

    /// <summary>The first scalar below zero; null when there is none.</summary>
    public (string Name, long Milli)? Negative => scalars.Exists(s => s.Milli < 0)
        ? (scalars.Find(s => s.Milli < 0).Kind.Name, scalars.Find(s => s.Milli < 0).Milli)
        : null;

    /// <summary>The flag's form: <c>cpus:8;mem:8192;ports:[31000-31099]</c>.</summary>
    /// <exception cref="FormatException">Names the part that is invalid.</exception>
    public static ResourceSet Parse(string text)
    {
        var set = Empty;
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? "" : part[(colon + 1)..];
            if (value.StartsWith('[') && value.EndsWith(']'))
                set = set.Plus(new ResourceSet([], [(ResourceKind.Plain(part[..colon]), [.. value[1..^1].Split(',').Select(ParseRange)])]));
            else if (decimal.TryParse(value, CultureInfo.InvariantCulture, out var amount) && amount >= 0)
                set = set.Plus(new ResourceSet([(ResourceKind.Plain(part[..colon]), (long)Math.Round(amount * 1000))], []));
            else
                throw new FormatException($"--resources: '{part}' is neither name:number nor name:[from-to].");
        }

        return set;
    }

    public static ResourceSet Ports(int from, int to) => new([], [(ResourceKind.Plain("ports"), [(from, to)])]);

    public static ResourceSet FromWire(IEnumerable<W.Resource> resources)
    {
        var set = Empty;
        foreach (var r in resources)
        {
            if (r.Ranges is not null)
                set = set.Plus(new ResourceSet([], [(ResourceKind.Of(r), [.. r.Ranges.Range.Select(x => ((long)x.Begin, (long)x.End))])]));
            else if (r.Scalar is not null)
                set = set.Plus(new ResourceSet([(ResourceKind.Of(r), (long)Math.Round(r.Scalar.Value * 1000))], []));
        }

        return set;
    }

    public ResourceSet Plus(ResourceSet other)
    {
        var sums = scalars.ToList();
        foreach (var (kind, milli) in other.scalars)
            Put(sums, kind, Milli(kind) + milli);
        var unions = ranges.ToList();
        foreach (var (kind, list) in other.ranges)
            Put(unions, kind, RangeMath.Union(RangesOf(kind), list));
        return new ResourceSet(sums, unions);
    }

    public ResourceSet Minus(ResourceSet other)
    {
        var rest = scalars.Select(s => (s.Kind, s.Milli - other.Milli(s.Kind))).ToList();
        return new ResourceSet(rest, [.. ranges.Select(r => (r.Kind, RangeMath.Subtract(r.Ranges, other.RangesOf(r.Kind))))]);
    }

    public bool Contains(ResourceSet other) =>
        other.scalars.TrueForAll(s => s.Milli <= Milli(s.Kind))
        && other.ranges.TrueForAll(r => RangeMath.Subtract(r.Ranges, RangesOf(r.Kind)).Count == 0);

    /// <summary>What may be allocated to a role: unreserved resources, and those reserved for it or for an ancestor of it.</summary>
    public ResourceSet For(string role) => new([.. scalars.Where(s => IsFor(s.Kind, role))], [.. ranges.Where(r => IsFor(r.Kind, role))]);

    /// <summary>As a master offers them: ports first, reserved before unreserved; empty ones are left out.</summary>
    /// <param name="allocatedTo">Null for a framework without MULTI_ROLE, which must not see allocations.</param>
    /// <param name="withRole">The old form (<c>role</c>), for frameworks without RESERVATION_REFINEMENT.</param>
    public IEnumerable<W.Resource> ToWire(string? allocatedTo, bool withRole = true)
    {
        foreach (var (kind, list) in ranges.Where(r => r.Ranges.Count > 0))
        {
            var resource = kind.ToWire(W.Value.Types.Type.Ranges, allocatedTo, withRole);
            resource.Ranges = new W.Value.Types.Ranges
            {
                Range = { list.Select(r => new W.Value.Types.Range { Begin = (ulong)r.From, End = (ulong)r.To }) },
            };
            yield return resource;
        }

        foreach (var (kind, milli) in scalars.Where(s => s.Milli > 0).OrderBy(s => s.Kind.IsPlain))
        {
            var resource = kind.ToWire(W.Value.Types.Type.Scalar, allocatedTo, withRole);
            resource.Scalar = new W.Value.Types.Scalar { Value = milli / 1000d };
            yield return resource;
        }
    }

    /// <summary>As in a master's error texts: <c>cpus(allocated: *):4; ports(allocated: *):[80-80]</c>.</summary>
    public string Describe(string role, bool portsFirst)
    {
        var amounts = scalars.Where(s => s.Milli != 0).Select(s => Describe(s.Kind.Name, s.Milli, role));
        var lists = ranges.Where(r => r.Ranges.Count > 0)
            .Select(r => $"{r.Kind.Name}(allocated: {role}):[{string.Join(", ", r.Ranges.Select(x => $"{x.From}-{x.To}"))}]");
        return string.Join("; ", portsFirst ? lists.Concat(amounts) : amounts.Concat(lists));
    }

    public static string Describe(string name, long milli, string role) =>
        $"{name}(allocated: {role}):{(milli / 1000m).ToString("0.###", CultureInfo.InvariantCulture)}";

    /// <summary>Scalars by name, and ranges as <c>[1-2, 4-4]</c>, for the endpoints that predate the v1 API.</summary>
    public IEnumerable<(string Name, double? Amount, string Ranges)> Totals() =>
        scalars.GroupBy(s => s.Kind.Name).Select(g => (g.Key, (double?)(g.Sum(s => s.Milli) / 1000d), ""))
            .Concat(ranges.Where(r => r.Ranges.Count > 0)
                .Select(r => (r.Kind.Name, (double?)null, $"[{string.Join(", ", r.Ranges.Select(x => $"{x.From}-{x.To}"))}]")));

    public override string ToString() => Describe("*", portsFirst: true);

    private static bool IsFor(ResourceKind kind, string role) =>
        kind.ReservedFor is not { } reserved || reserved == role || role.StartsWith(reserved + "/", StringComparison.Ordinal);

    private long Sum(string name) => scalars.Where(s => s.Kind.Name == name).Sum(s => s.Milli);

    private long Milli(ResourceKind kind) => scalars.Find(s => s.Kind.Equals(kind)).Milli;

    private List<(long From, long To)> RangesOf(ResourceKind kind) => ranges.Find(r => r.Kind.Equals(kind)).Ranges ?? [];

    private static (long From, long To) ParseRange(string text) =>
        text.Split('-') is [var from, var to]
            && long.TryParse(from, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(to, CultureInfo.InvariantCulture, out var last) && first <= last
            ? (first, last)
            : throw new FormatException($"--resources: '{text}' is not a range such as 31000-31099.");

    private static void Put<T>(List<(ResourceKind Kind, T Value)> list, ResourceKind kind, T value)
    {
        var at = list.FindIndex(x => x.Kind.Equals(kind));
        if (at < 0)
            list.Add((kind, value));
        else
            list[at] = (kind, value);
    }
}
