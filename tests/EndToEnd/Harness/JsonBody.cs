using System.Net.Http.Json;

namespace Pipeline.EndToEnd.Harness;

/// <summary>A JSON request body with its length known.</summary>
public static class JsonBody
{
    public static HttpContent Of(object value) => JsonContent.Create(value);
}
