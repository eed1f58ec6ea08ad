namespace Pipeline.People.Contract;

/// <summary>Addresses that lead to a page of ours and nowhere else, whatever a browser makes of them.</summary>
public static class LocalAddress
{
    /// <summary>A path of this server, with or without a query. Browsers drop tabs and line ends from an address before they read it, take
    /// <c>\\</c> for <c>/</c> and <c>https:evil</c> for a host; and a header can hold printable ASCII only.</summary>
    public static bool Is(string? address) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && address.All(c => c is > ' ' and <= '~' and not '\\');

    /// <summary>The address itself when it is local, else the home page.</summary>
    public static string OrHome(string? address) => Is(address) ? address! : "/";
}
