using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>Sends any bytes to the hook, signed.</summary>
public static class HookSender
{
    /// <returns>The delivery's id.</returns>
    public static async Task<string> SendAsync(PipelineInstance pipeline, byte[] body, string contentType = "application/json")
    {
        var secret = (await File.ReadAllTextAsync(Path.Combine(pipeline.Data, "keys", "webhook.secret"))).Trim();
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/github") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Add("X-GitHub-Event", "push");
        request.Headers.Add("X-GitHub-Delivery", Guid.NewGuid().ToString());
        request.Headers.Add("X-Hub-Signature-256", $"sha256={signature}");
        using var answer = await pipeline.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        return JsonDocument.Parse(text).RootElement.Text("deliveryId");
    }
}
