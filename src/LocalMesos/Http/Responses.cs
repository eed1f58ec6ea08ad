using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>Answers with the headers of a real master: always a length, never a charset on JSON.</summary>
internal static class Responses
{
    private const int MinCompressedBytes = 1024;

    /// <summary>Even an empty text has a content type.</summary>
    public static async Task TextAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentLength = Encoding.UTF8.GetByteCount(text);
        http.Response.ContentType = "text/plain; charset=utf-8";
        if (text.Length > 0)
            await http.Response.WriteAsync(text, http.RequestAborted);
    }

    public static Task EmptyAsync(HttpContext http, int status)
    {
        (http.Response.StatusCode, http.Response.ContentLength) = (status, 0);
        return Task.CompletedTask;
    }

    public static Task MessageAsync(HttpContext http, string mediaType, IMessage message) => BytesAsync(
        http, mediaType, mediaType == MediaTypes.Json ? ProtoJsonWriter.Write(message) : message.ToByteArray());

    /// <summary>JSON of an endpoint that predates the v1 API: a script when <c>jsonp</c> names a function, gzip when it is accepted and
    /// worthwhile. The response compression of ASP.NET Core would leave out the length.</summary>
    public static async Task LegacyJsonAsync(HttpContext http, string json)
    {
        var callback = http.Request.Query["jsonp"].ToString();
        var body = Encoding.UTF8.GetBytes(callback.Length > 0 ? $"{callback}({json})" : json);
        if (body.Length >= MinCompressedBytes && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            http.Response.Headers.ContentEncoding = "gzip";
            body = Compressed(body);
        }

        await BytesAsync(http, callback.Length > 0 ? "text/javascript" : MediaTypes.Json, body);
    }

    private static async Task BytesAsync(HttpContext http, string mediaType, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static byte[] Compressed(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(body);
        return compressed.ToArray();
    }
}
