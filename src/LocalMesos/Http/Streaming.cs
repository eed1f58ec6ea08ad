using Google.Protobuf;
using Pipeline.LocalMesos.Protocol;
using Pipeline.Mesos.RecordIo;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>Writes events to a subscriber as RecordIO, until either side ends the stream.</summary>
internal static class Streaming
{
    public static async Task RunAsync(HttpContext http, EventStream stream, string mediaType, CancellationToken stopping)
    {
        http.Response.ContentType = mediaType;
        try
        {
            await WriteAsync(http, stream, mediaType == MediaTypes.Json, stopping);
            if (stream.IsCut)
                http.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The subscriber went away, or the process stops.
        }
    }

    private static async Task WriteAsync(HttpContext http, EventStream stream, bool json, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        var body = http.Response.BodyWriter;
        await http.Response.StartAsync(stop.Token);
        while (await stream.Events.WaitToReadAsync(stop.Token))
        {
            while (stream.Events.TryRead(out var e))
                RecordIoWriter.Write(body, json ? ProtoJsonWriter.Write(e) : e.ToByteArray());
            await body.FlushAsync(stop.Token);
        }
    }
}
