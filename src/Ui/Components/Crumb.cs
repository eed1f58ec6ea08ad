namespace Pipeline.Ui.Components;

/// <summary>One step of the breadcrumb line. The last one has no address: it is this page.</summary>
public sealed record Crumb(string Text, string? Href = null)
{
    /// <summary>Repositories / owner/name, then what follows.</summary>
    public static IReadOnlyList<Crumb> Under(string repository, params Crumb[] rest) =>
        [new("Repositories", "/repos"), new(repository, Links.Repository(repository)), .. rest];
}
