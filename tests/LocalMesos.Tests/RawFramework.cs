using System.Text;
using System.Text.Json;
using Pipeline.Mesos.RecordIo;

namespace Pipeline.LocalMesos.Tests;

/// <summary>A framework that speaks plain JSON, to see the very text that comes back.</summary>
public sealed class RawFramework(string masterUrl, string path = "/api/v1/scheduler") : IDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly RecordIoReader records = new();
    private Stream? stream;

    public string StreamId { get; private set; } = "";

    public string Id { get; set; } = "";

    public async Task SubscribeAsync(string subscribe)
    {
        var response = await http.SendAsync(Request(subscribe, null), HttpCompletionOption.ResponseHeadersRead);
        StreamId = response.Headers.GetValues("Mesos-Stream-Id").Single();
        stream = await response.Content.ReadAsStreamAsync();
    }

    /// <summary>The next event's text.</summary>
    public async Task<string> NextAsync()
    {
        var buffer = new byte[16 * 1024];
        ReadOnlyMemory<byte> record;
        while (!records.TryRead(out record))
        {
            var read = await stream!.ReadAsync(buffer);
            Assert.True(read > 0, "the stream ended");
            records.Feed(buffer.AsSpan(0, read));
        }

        return Encoding.UTF8.GetString(record.Span);
    }

    /// <summary>The next event of a type; others are passed over.</summary>
    public async Task<string> NextAsync(string type)
    {
        while (true)
        {
            var text = await NextAsync();
            if (text.StartsWith($"{{\"type\":\"{type}\"", StringComparison.Ordinal))
                return text;
        }
    }

    public async Task<(int Status, string Text)> PostAsync(string body, string? streamId, string mediaType = "application/json")
    {
        using var response = await http.SendAsync(Request(body, streamId, mediaType));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A call with the framework's id; what follows are the members after it.</summary>
    public Task<(int Status, string Text)> CallAsync(string members) =>
        PostAsync($"{{\"framework_id\":{{\"value\":{JsonSerializer.Serialize(Id)}}},{members}}}", StreamId);

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(string body, string? streamId, string mediaType = "application/json")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        var request = new HttpRequestMessage(HttpMethod.Post, masterUrl + path) { Content = content };
        if (streamId is not null)
            request.Headers.Add("Mesos-Stream-Id", streamId);
        return request;
    }
}
