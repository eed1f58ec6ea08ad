using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.EndToEnd.Harness;

/// <summary>
/// Lets tests and the tasks of their pushes speak to each other. Tasks have no file in common with anybody, but the network: each sends one
/// line, <c>ask NAME</c> or <c>note NAME TEXT</c>, and gets one back.
/// </summary>
public sealed class SignalBoard : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, bool> opened = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> notes = new();

    public SignalBoard()
    {
        listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Lets go whoever waits for the signal, and whoever will.</summary>
    public void Open(string name) => opened[name] = true;

    /// <summary>What tasks have noted under a name, in the order of its arrival.</summary>
    public IReadOnlyList<string> Notes(string name) => notes.TryGetValue(name, out var texts) ? [.. texts] : [];

    /// <summary>For a step, which bash runs: waits until the signal is open. Without an apostrophe, so that YAML may quote it.</summary>
    public string Wait(string name) => $"while [ \"$({Send($"ask {name}")})\" != open ]; do sleep 0.05; done";

    /// <summary>For a step: notes a text.</summary>
    public string Note(string name, string text) => $"({Send($"note {name} {text}")}) >/dev/null";

    public void Dispose() => listener.Dispose();

    private string Send(string line) => $"exec 3<>/dev/tcp/127.0.0.1/{Port}; echo \"{line}\" >&3; cat <&3";

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The tests are over.
        }
    }

    private async Task AnswerAsync(TcpClient task)
    {
        using (task)
        {
            using var reader = new StreamReader(task.GetStream());
            await using var writer = new StreamWriter(task.GetStream());
            var parts = (await reader.ReadLineAsync() ?? "").Split(' ', 3);
            if (parts is ["note", var name, var text])
                notes.GetOrAdd(name, _ => new()).Enqueue(text);
            await writer.WriteAsync(parts is ["ask", var wanted] && opened.ContainsKey(wanted) ? "open\n" : "shut\n");
        }
    }
}
