using Google.Protobuf;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>A refusal in a master's words: one plain sentence.</summary>
public sealed class RefusedException(int status, string text) : Exception(text)
{
    public int Status => status;
}

internal static class HttpAnswers
{
    public const string Json = "application/json";
    public const string Protobuf = "application/x-protobuf";
    private const int MostBytes = 64 * 1024 * 1024;

    public static void RequirePost(HttpContext http)
    {
        if (http.Request.Method == HttpMethods.Post)
            return;
        http.Response.Headers.Allow = "POST";
        throw new RefusedException(405, $"405 Method Not Allowed. Expecting one of {{ 'POST' }}, but received '{http.Request.Method}'.");
    }

    /// <summary>A refusal has a type of its text even when that is empty.</summary>
    public static async Task TextAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(text);
        http.Response.ContentType = "text/plain; charset=utf-8";
        if (text.Length > 0)
            await http.Response.WriteAsync(text, http.RequestAborted);
    }

    public static void Empty(HttpContext http, int status) => (http.Response.StatusCode, http.Response.ContentLength) = (status, 0);

    public static async Task BytesAsync(HttpContext http, string mediaType, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>An old endpoint's JSON: as a script when <c>jsonp</c> names a function, gzip when asked for and worth it.</summary>
    public static async Task PlainJsonAsync(HttpContext http, string json)
    {
        const int WorthPacking = 1024;
        var callback = http.Request.Query["jsonp"].ToString();
        var body = System.Text.Encoding.UTF8.GetBytes(callback.Length > 0 ? $"{callback}({json})" : json);
        if (body.Length >= WorthPacking && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            http.Response.Headers.ContentEncoding = "gzip";
            body = Packed(body);
        }

        await BytesAsync(http, callback.Length > 0 ? "text/javascript" : Json, body);
    }

    public static Task MessageAsync(HttpContext http, string mediaType, IMessage message) => BytesAsync(
        http, mediaType, mediaType == Json ? ProtoJsonWriter.Write(message) : message.ToByteArray());

    /// <exception cref="RefusedException">415 and 400 as a master answers them.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http) where T : IMessage, new()
    {
        var mediaType = http.Request.ContentType ?? throw new RefusedException(400, "Expecting 'Content-Type' to be present");
        if (mediaType is not (Json or Protobuf))
            throw new RefusedException(415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > MostBytes)
            throw new RefusedException(413, "The body is too long");
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        return mediaType == Json ? FromJson<T>(bytes) : FromProtobuf<T>(bytes);
    }

    /// <summary>JSON unless only protobuf is asked for.</summary>
    /// <exception cref="RefusedException">406 when neither would do.</exception>
    public static string Accepted(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        if (accept.Length == 0 || accept.Contains("*/*", StringComparison.Ordinal)
            || accept.Contains("application/*", StringComparison.Ordinal) || accept.Contains(Json, StringComparison.Ordinal))
            return Json;
        return accept.Contains(Protobuf, StringComparison.Ordinal)
            ? Protobuf
            : throw new RefusedException(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
    }

    private static byte[] Packed(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(body);
        return packed.ToArray();
    }

    private static T FromJson<T>(ReadOnlyMemory<byte> bytes) where T : IMessage, new()
    {
        try
        {
            return ProtoJsonReader.Read<T>(bytes);
        }
        catch (FormatException e)
        {
            throw new RefusedException(400, e.Message);
        }
    }

    private static T FromProtobuf<T>(ReadOnlyMemory<byte> bytes) where T : IMessage, new()
    {
        var message = new T();
        try
        {
            message.MergeFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new RefusedException(400, "Failed to parse body into Call protobuf");
        }

        return RequiredFields.Missing(message).Count == 0
            ? message
            : throw new RefusedException(400, "Failed to parse body into Call protobuf");
    }
}
