using Pipeline.LocalMesos.Resources;

namespace Pipeline.LocalMesos.Views.Legacy;

/// <summary>Resources in the endpoints that predate the v1 API.</summary>
internal static class LegacyAmounts
{
    private static readonly string[] AlwaysShown = ["disk", "mem", "gpus", "cpus"];

    /// <summary>Four scalars that are always there, then ranges as text.</summary>
    public static LegacyObject Of(ResourceSet resources)
    {
        var totals = resources.Totals().ToList();
        var view = new LegacyObject([.. AlwaysShown.Select(n => (n, (object?)(totals.Find(t => t.Name == n).Amount ?? 0d)))]);
        foreach (var (name, _, ranges) in totals.Where(t => t.Amount is null))
            view.With((name, ranges));
        return view;
    }

    /// <summary>Only the scalars above zero, by name.</summary>
    public static LegacyObject Quantities(ResourceSet resources) =>
        new([.. resources.Totals().Where(t => t.Amount > 0).OrderBy(t => t.Name).Select(t => (t.Name, (object?)t.Amount))]);
}
