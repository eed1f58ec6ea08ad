namespace Pipeline.Cli.Commands.Common;

/// <summary>Query strings of the API's addresses.</summary>
internal static class QueryString
{
    /// <returns>The parameters that have a value, escaped, in their order.</returns>
    public static string Of(params (string Name, string? Value)[] parameters) =>
        string.Join('&', parameters.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));

    public static string Append(string path, string query) =>
        query.Length == 0 ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
}
