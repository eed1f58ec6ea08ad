using Google.Protobuf;
using Pipeline.LocalMesos.Master;
using Pipeline.Mesos;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Http;

/// <summary>Writes a subscriber's events as RecordIO until either side ends it.</summary>
internal static class Streaming
{
    public static async Task RunAsync(HttpContext http, EventStream stream, string mediaType, CancellationToken stopping)
    {
        http.Response.ContentType = mediaType;
        try
        {
            await WriteAsync(http, stream, mediaType == HttpAnswers.Json, stopping);
            if (stream.IsCut)
                http.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The subscriber went away, or we are stopping.
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
