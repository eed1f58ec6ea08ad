using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>Flags and metrics in the endpoints that predate the v1 API.</summary>
internal static class LegacyLists
{
    public static LegacyObject Flags(IEnumerable<Flag> flags) =>
        new(("flags", new LegacyObject([.. flags.Select(f => (f.Name, (object?)f.Value))])));

    public static LegacyObject Metrics(IEnumerable<Metric> metrics) => new([.. metrics.Select(m => (m.Name, (object?)m.Value))]);
}
