using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Pipeline.BuildRunner.Tests.Http;

/// <summary>Requests of people and programs, in one line each.</summary>
internal static class HttpCalls
{
    /// <summary>An answer as a test compares it.</summary>
    public sealed record Answer(int Status, string? Location, JsonElement Body)
    {
        public string Text(string field) => Body.TryGetProperty(field, out var value) ? value.ToString() : "";
    }

    public static async Task<Answer> SendAsync(
        this BuildHost host, string method, string address, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await host.Http.SendAsync(request);
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        var body = isJson ? await answer.Content.ReadFromJsonAsync<JsonElement>() : JsonDocument.Parse("{}").RootElement;
        return new Answer((int)answer.StatusCode, answer.Headers.Location?.ToString(), body);
    }

    /// <summary>The address of a repository's builds.</summary>
    public static string List(this BuildHost host, string query = "") => $"/api/v1/repositories/{host.Repository.Id}/builds{query}";

    /// <summary>Numbers of the builds in a page.</summary>
    public static IReadOnlyList<int> Numbers(this Answer page) =>
        [.. page.Body.GetProperty("items").EnumerateArray().Select(b => b.GetProperty("number").GetInt32())];
}
