using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Client;

/// <summary>One POST to a master, redirects followed by hand: a handler's own redirect would drop the authorization.</summary>
internal sealed class MasterHttp : IDisposable
{
    private const int MaxHops = 5;
    private const int MaxErrorBytes = 16 * 1024;

    private readonly HttpClient http;
    private readonly WireFormat format;
    private readonly AuthenticationHeaderValue? authorization;

    /// <param name="connections">The most that are open at once.</param>
    public MasterHttp(MesosMasterOptions options, WireFormat format, int connections)
    {
        this.format = format;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxConnectionsPerServer = connections,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 64,
            SslOptions = MasterTls.Options(options.CaFile),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        if (options.Principal is not null)
            authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Principal}:{options.Secret}")));
    }

    /// <summary>The answer and the master that gave it, after any redirects.</summary>
    /// <exception cref="MesosCallException">No answer, or no end of redirects.</exception>
    public async Task<(HttpResponseMessage Response, Uri Master)> PostAsync(Uri master, Call call, string? streamId, CancellationToken ct)
    {
        var at = new Uri(master, "/api/v1/scheduler");
        for (var hop = 0; hop < MaxHops; hop++)
        {
            var response = await SendAsync(at, call, streamId, ct);
            if (response.StatusCode != HttpStatusCode.TemporaryRedirect || response.Headers.Location is not { } location)
                return (response, at);
            response.Dispose();
            // The location has no scheme ("//host:port/master/api/v1/scheduler"): it takes ours.
            at = Next(at, location);
        }

        throw new MesosCallException(HttpStatusCode.TemporaryRedirect,
            $"{master}: more than {MaxHops} redirects, the masters do not agree on a leader.");
    }

    public static async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var buffer = new byte[MaxErrorBytes];
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(buffer, 0, read).Trim();
    }

    public void Dispose() => http.Dispose();

    private static Uri Next(Uri at, Uri location)
    {
        var next = new Uri(at, location);
        if (next.Scheme == at.Scheme || next.Scheme == Uri.UriSchemeHttps)
            return next;
        // In the clear the secret would be anybody's.
        throw new MesosCallException(HttpStatusCode.TemporaryRedirect, $"{at.Authority} leads from {at.Scheme} to {next}: not followed.");
    }

    private async Task<HttpResponseMessage> SendAsync(Uri at, Call call, string? streamId, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, at) { Content = format.Body(call), Version = HttpVersion.Version11 };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(format.MediaType));
        request.Headers.Authorization = authorization;
        if (streamId is not null)
            request.Headers.Add("Mesos-Stream-Id", streamId);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            throw new MesosCallException(null, $"{at.GetLeftPart(UriPartial.Authority)}: {e.Message}{MasterTls.HintFor(e)}", e);
        }
    }
}
