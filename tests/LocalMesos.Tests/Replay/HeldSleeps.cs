using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>A <c>sleep</c> for the tasks of a replay that goes by its clock. Less than half a second is slept as it is.</summary>
internal sealed class HeldSleeps : IDisposable
{
    private const int Look = 20;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ReplayClock clock;

    public HeldSleeps(ReplayClock clock)
    {
        this.clock = clock;
        listener.Start();
        Directory = System.IO.Directory.CreateTempSubdirectory("pipeline-replay-").FullName;
        var script = Path.Combine(Directory, "sleep");
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        File.WriteAllText(
            script,
            $"#!/bin/bash\ncase $1 in 0.[0-4]*) exec /bin/sleep \"$1\";; esac\nexec 3<>/dev/tcp/127.0.0.1/{port}; echo \"$1\" >&3; read -r _ <&3; exit 0\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _ = ServeAsync();
    }

    /// <summary>The first of the tasks' PATH.</summary>
    public string Directory { get; }

    public void Dispose()
    {
        listener.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = HoldAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The replay is over.
        }
    }

    private async Task HoldAsync(TcpClient sleeper)
    {
        using (sleeper)
        {
            var began = clock.Begin();
            using var stream = sleeper.GetStream();
            using var reader = new StreamReader(stream);
            if (await reader.ReadLineAsync() is not { } seconds)
                return;
            var until = began + double.Parse(seconds, CultureInfo.InvariantCulture);
            while (clock.Now < until)
                await Task.Delay(Look);
        }
    }
}
