using System.Globalization;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>
/// Amounts by name, immutable: scalars in thousandths (Mesos keeps three decimals), ranges inclusive. The order of the names is the
/// one in which they were given, since error texts repeat it.
/// </summary>
public sealed class ResourceSet
{
    public static readonly ResourceSet Empty = new([], []);

    private readonly List<(string Name, long Milli)> scalars;
    private readonly List<(string Name, List<(long From, long To)> Ranges)> ranges;

    private ResourceSet(List<(string Name, long Milli)> scalars, List<(string Name, List<(long From, long To)> Ranges)> ranges) =>
        (this.scalars, this.ranges) = (scalars, ranges);

    public bool IsEmpty => scalars.TrueForAll(s => s.Milli <= 0) && ranges.TrueForAll(r => r.Ranges.Count == 0);

    public long Cpus => Milli("cpus");

    public long Memory => Milli("mem");

    /// <summary>The first scalar that is below zero, as its error text has it.</summary>
    public (string Name, long Milli)? Negative => scalars.Exists(s => s.Milli < 0) ? scalars.Find(s => s.Milli < 0) : null;

    /// <summary>The flag's form: <c>cpus:8;mem:8192;ports:[31000-31099]</c>.</summary>
    /// <exception cref="FormatException">Says which part cannot be read.</exception>
    public static ResourceSet Parse(string text)
    {
        var set = Empty;
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? "" : part[(colon + 1)..];
            if (value.StartsWith('[') && value.EndsWith(']'))
                set = set.Plus(new ResourceSet([], [(part[..colon], [.. value[1..^1].Split(',').Select(ParseRange)])]));
            else if (decimal.TryParse(value, CultureInfo.InvariantCulture, out var amount) && amount >= 0)
                set = set.Plus(new ResourceSet([(part[..colon], (long)Math.Round(amount * 1000))], []));
            else
                throw new FormatException($"--resources: '{part}' is neither name:number nor name:[from-to].");
        }

        return set;
    }

    public static ResourceSet Ports(int from, int to) => new([], [("ports", [(from, to)])]);

    public static ResourceSet FromWire(IEnumerable<W.Resource> resources)
    {
        var set = Empty;
        foreach (var r in resources)
        {
            if (r.Ranges is not null)
                set = set.Plus(new ResourceSet([], [(r.Name, [.. r.Ranges.Range.Select(x => ((long)x.Begin, (long)x.End))])]));
            else if (r.Scalar is not null)
                set = set.Plus(new ResourceSet([(r.Name, (long)Math.Round(r.Scalar.Value * 1000))], []));
        }

        return set;
    }

    public ResourceSet Plus(ResourceSet other)
    {
        var sums = scalars.ToList();
        foreach (var (name, milli) in other.scalars)
            Put(sums, name, Milli(name) + milli);
        var unions = ranges.ToList();
        foreach (var (name, list) in other.ranges)
            Put(unions, name, RangeMath.Union(RangesOf(name), list));
        return new ResourceSet(sums, unions);
    }

    public ResourceSet Minus(ResourceSet other)
    {
        var rest = scalars.Select(s => (s.Name, s.Milli - other.Milli(s.Name))).ToList();
        return new ResourceSet(rest, [.. ranges.Select(r => (r.Name, RangeMath.Subtract(r.Ranges, other.RangesOf(r.Name))))]);
    }

    public bool Contains(ResourceSet other) =>
        other.scalars.TrueForAll(s => s.Milli <= Milli(s.Name))
        && other.ranges.TrueForAll(r => RangeMath.Subtract(r.Ranges, RangesOf(r.Name)).Count == 0);

    /// <summary>As a master offers them: ports first; what is used up is left out.</summary>
    /// <param name="allocatedTo">Null for a framework without MULTI_ROLE, which must not see allocations.</param>
    public IEnumerable<W.Resource> ToWire(string? allocatedTo, bool withRole = true)
    {
        foreach (var (name, list) in ranges.Where(r => r.Ranges.Count > 0))
        {
            var resource = Resource(name, W.Value.Types.Type.Ranges, allocatedTo, withRole);
            resource.Ranges = new W.Value.Types.Ranges
            {
                Range = { list.Select(r => new W.Value.Types.Range { Begin = (ulong)r.From, End = (ulong)r.To }) },
            };
            yield return resource;
        }

        foreach (var (name, milli) in scalars.Where(s => s.Milli > 0))
        {
            var resource = Resource(name, W.Value.Types.Type.Scalar, allocatedTo, withRole);
            resource.Scalar = new W.Value.Types.Scalar { Value = milli / 1000d };
            yield return resource;
        }
    }

    /// <summary>As in a master's error texts: <c>cpus(allocated: *):4; ports(allocated: *):[80-80]</c>.</summary>
    public string Describe(string role, bool portsFirst)
    {
        var amounts = scalars.Where(s => s.Milli != 0).Select(s => Describe(s.Name, s.Milli, role));
        var lists = ranges.Where(r => r.Ranges.Count > 0)
            .Select(r => $"{r.Name}(allocated: {role}):[{string.Join(", ", r.Ranges.Select(x => $"{x.From}-{x.To}"))}]");
        return string.Join("; ", portsFirst ? lists.Concat(amounts) : amounts.Concat(lists));
    }

    public static string Describe(string name, long milli, string role) =>
        $"{name}(allocated: {role}):{(milli / 1000m).ToString("0.###", CultureInfo.InvariantCulture)}";

    public override string ToString() => Describe("*", portsFirst: true);

    private long Milli(string name) => scalars.Find(s => s.Name == name).Milli;

    private List<(long From, long To)> RangesOf(string name) => ranges.Find(r => r.Name == name).Ranges ?? [];

    private static W.Resource Resource(string name, W.Value.Types.Type type, string? allocatedTo, bool withRole)
    {
        var resource = new W.Resource { Name = name, Type = type };
        if (withRole)
            resource.Role = "*";
        if (allocatedTo is not null)
            resource.AllocationInfo = new W.Resource.Types.AllocationInfo { Role = allocatedTo };
        return resource;
    }

    private static (long From, long To) ParseRange(string text) =>
        text.Split('-') is [var from, var to]
            && long.TryParse(from, CultureInfo.InvariantCulture, out var first) && long.TryParse(to, CultureInfo.InvariantCulture,
                out var last)
            && first <= last
            ? (first, last)
            : throw new FormatException($"--resources: '{text}' is not a range such as 31000-31099.");

    private static void Put<T>(List<(string Name, T Value)> list, string name, T value)
    {
        var at = list.FindIndex(x => x.Name == name);
        if (at < 0)
            list.Add((name, value));
        else
            list[at] = (name, value);
    }
}
