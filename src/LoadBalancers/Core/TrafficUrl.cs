namespace Pipeline.LoadBalancers.Core;

/// <summary>Where people reach applications, and whether that is apart from the server.</summary>
internal static class TrafficUrl
{
    /// <summary>As <see cref="LoadBalancersOptions.PublicUrl"/> says; else the host of the server and the port of the first address.
    /// </summary>
    public static Uri? Of(LoadBalancersOptions options, string? serverPublicUrl)
    {
        if (Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var given))
            return new Uri(given.GetLeftPart(UriPartial.Authority));
        if (First(options.Urls) is not { } listening)
            return null;
        var host = Uri.TryCreate(serverPublicUrl, UriKind.Absolute, out var server) ? server.Host : "localhost";
        return new UriBuilder(listening.Scheme, host, listening.Port).Uri;
    }

    /// <summary>The problems of the options, in sentences for who set them.</summary>
    /// <param name="serverUrls">What the server itself listens on.</param>
    /// <param name="serverPublicUrl">Where people reach the server itself.</param>
    public static IEnumerable<string> Problems(LoadBalancersOptions options, string? serverUrls, string? serverPublicUrl)
    {
        foreach (var url in Split(options.Urls))
        {
            if (Parse(url) is not { } parsed)
                yield return $"LoadBalancers:Urls: '{url}' is no address. Write one such as http://*:8081.";
            else if (parsed.Port != 0 && Split(serverUrls).Select(Parse).Any(own => own?.Port == parsed.Port))
                yield return $"LoadBalancers:Urls: port {parsed.Port} is the server's own (Urls). Applications need a port of their own.";
        }

        if (options.PublicUrl is not null && Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var mine)
            && Uri.TryCreate(serverPublicUrl, UriKind.Absolute, out var server) && mine.Authority == server.Authority)
            yield return $"LoadBalancers:PublicUrl: {mine.Authority} is the server's own (PublicUrl). "
                + "Applications need another host name or port.";
    }

    private static Uri? First(string? urls) => Split(urls).Select(Parse).FirstOrDefault(u => u is not null);

    // Kestrel's * and + are no host names to a URI.
    private static Uri? Parse(string url) =>
        Uri.TryCreate(url.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal),
            UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" ? parsed : null;

    private static string[] Split(string? urls) =>
        urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
