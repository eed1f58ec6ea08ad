using System.Net;
using System.Text;

namespace Pipeline.EndToEnd.Harness;

/// <summary>An image registry that has nothing.</summary>
public sealed class EmptyRegistry : IDisposable
{
    private readonly HttpListener listener = new();

    public EmptyRegistry()
    {
        Host = $"localhost:{FreePort.Next()}";
        listener.Prefixes.Add($"http://{Host}/");
        listener.Start();
        _ = ServeAsync();
    }

    public string Host { get; }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                var greeting = context.Request.Url!.AbsolutePath == "/v2/";
                context.Response.StatusCode = greeting ? 200 : 404;
                context.Response.ContentType = "application/json";
                context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
                var body = greeting ? "{}" : """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""";
                context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
