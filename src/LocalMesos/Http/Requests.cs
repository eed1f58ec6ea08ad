using Google.Protobuf;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>Reads calls as strictly as a real master.</summary>
internal static class Requests
{
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <exception cref="CallRejectedException">415, 413 or 400, as a master answers.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http) where T : IMessage, new()
    {
        var mediaType = http.Request.ContentType ?? throw new CallRejectedException(400, "Expecting 'Content-Type' to be present");
        if (mediaType is not (MediaTypes.Json or MediaTypes.Protobuf))
            throw new CallRejectedException(415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > MaxBytes)
            throw new CallRejectedException(413, "The body is too long");
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        return mediaType == MediaTypes.Json ? FromJson<T>(bytes) : FromProtobuf<T>(bytes);
    }

    /// <summary>The media type of the answer: JSON unless only protobuf is accepted.</summary>
    /// <exception cref="CallRejectedException">406: neither is accepted.</exception>
    public static string AcceptedMediaType(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        if (accept.Length == 0 || accept.Contains("*/*", StringComparison.Ordinal)
            || accept.Contains("application/*", StringComparison.Ordinal) || accept.Contains(MediaTypes.Json, StringComparison.Ordinal))
            return MediaTypes.Json;
        return accept.Contains(MediaTypes.Protobuf, StringComparison.Ordinal)
            ? MediaTypes.Protobuf
            : throw new CallRejectedException(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
    }

    private static T FromJson<T>(ReadOnlyMemory<byte> bytes) where T : IMessage, new()
    {
        try
        {
            return ProtoJsonReader.Read<T>(bytes);
        }
        catch (FormatException e)
        {
            throw new CallRejectedException(400, e.Message);
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
            throw new CallRejectedException(400, "Failed to parse body into Call protobuf");
        }

        return RequiredFields.Missing(message).Count == 0
            ? message
            : throw new CallRejectedException(400, "Failed to parse body into Call protobuf");
    }
}
