namespace Pipeline.Ui.Display;

/// <summary>One step of the breadcrumb navigation.</summary>
/// <param name="Text">What the reader sees.</param>
/// <param name="Href">Null for the current page.</param>
public sealed record Breadcrumb(string Text, string? Href = null)
{
    /// <summary>Repositories / owner/name, then <paramref name="rest"/>.</summary>
    public static IReadOnlyList<Breadcrumb> Under(string repository, params Breadcrumb[] rest) =>
        [new("Repositories", "/repos"), new(repository, Links.Repository(repository)), .. rest];
}
