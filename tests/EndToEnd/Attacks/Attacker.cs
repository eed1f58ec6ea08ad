using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.EndToEnd.Harness;

namespace Pipeline.EndToEnd.Attacks;

/// <summary>Somebody who reaches the server's ports, with no sign-in, or with one that he stole or was given.</summary>
internal sealed partial class Attacker : IDisposable
{
    private readonly CookieContainer cookies = new();
    private readonly HttpClient http;

    /// <param name="from">His address; attempts at passwords are counted by it.</param>
    public Attacker(PipelineInstance pipeline, string from = "127.0.0.1")
    {
        Pipeline = pipeline;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, CookieContainer = cookies,
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        http = new HttpClient(handler) { BaseAddress = new Uri(pipeline.Url), Timeout = TimeSpan.FromSeconds(30) };
    }

    public PipelineInstance Pipeline { get; }

    /// <param name="address">A path of the server, or a whole address.</param>
    /// <param name="headers">One a line; <c>Host</c> and <c>Content-Type</c> too.</param>
    public async Task<Answer> SendAsync(string method, string address, string headers = "", string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        foreach (var line in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
            if (name == "Content-Type")
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else
                request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var isStream = answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var text = isStream ? "a stream" : await answer.Content.ReadAsStringAsync();
        return new Answer((int)answer.StatusCode, $"{answer.Headers.Location} {text}");
    }

    /// <summary>Bytes as they are, to a port of the machine: what no client library would send.</summary>
    /// <returns>The status of the first answer, 0 when the connection was closed without one.</returns>
    public static async Task<Answer> SendRawAsync(int port, string request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request.ReplaceLineEndings("\r\n")), limit.Token);
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // Reset after the answer, or instead of one.
        }
        catch (OperationCanceledException)
        {
            // The server waits for more, as it may.
        }

        var text = Encoding.UTF8.GetString(answer.ToArray());
        var isHttp = text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal);
        return new Answer(isHttp ? int.Parse(text[9..12], CultureInfo.InvariantCulture) : 0, text);
    }

    /// <summary>Signs in on the form, as a browser does; the session's cookie is sent from then on.</summary>
    public async Task<Answer> SignInAsync(string token, string returnUrl = "/")
    {
        var form = await SendAsync("GET", $"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}");
        var fields = Field().Matches(form.Text)
            .ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value));
        fields["token"] = token;
        using var content = new FormUrlEncodedContent(fields);
        var headers = $"Content-Type: application/x-www-form-urlencoded\nOrigin: {Pipeline.Url}";
        return await SendAsync("POST", "/sign-in", headers, await content.ReadAsStringAsync());
    }

    public void Dispose() => http.Dispose();

    [GeneratedRegex("<input[^>]*name=\"(?<name>[^\"]*)\"[^>]*value=\"(?<value>[^\"]*)\"")]
    private static partial Regex Field();
}

/// <param name="Text">Where it leads, and the body.</param>
internal sealed record Answer(int Status, string Text);
