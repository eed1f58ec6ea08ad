using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;

namespace Pipeline.LocalMesos.Tests.Replay;

/// <summary>The web server that the recorded tasks fetched from, with files of the same names.</summary>
internal sealed class FetchedFiles : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Dictionary<string, byte[]> files;

    private FetchedFiles(int port)
    {
        var data = "hello data\n"u8.ToArray();
        files = new Dictionary<string, byte[]>
        {
            ["/data.txt"] = data, ["/data.txt.gz"] = Packed(data), ["/a.tar.gz"] = Tar(), ["/a.zip"] = Zip(),
            ["/run.sh"] = "#!/bin/sh\necho ran\n"u8.ToArray(), ["/broken.tar.gz"] = "broken\n"u8.ToArray(),
        };
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        _ = ServeAsync();
    }

    public static FetchedFiles Serve(ReplayedCluster cluster)
    {
        var www = Directory.CreateDirectory(Path.Combine(cluster.WorkDirectory, "www"));
        File.WriteAllText(Path.Combine(www.FullName, "data.txt"), "hello data\n");
        return new FetchedFiles(cluster.FirstTaskPort + 99);
    }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                var found = files.TryGetValue(context.Request.Url!.AbsolutePath, out var body);
                context.Response.StatusCode = found ? 200 : 404;
                context.Response.Close(found ? body! : "no such file\n"u8.ToArray(), willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private static byte[] Packed(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(plain);
        return packed.ToArray();
    }

    private static byte[] Tar()
    {
        using var plain = new MemoryStream();
        using (var tar = new TarWriter(plain, leaveOpen: true))
        {
            const UnixFileMode Everybody =
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
                | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "d/") { Mode = Everybody });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "d/inner.txt") { DataStream = new MemoryStream(Encoding.ASCII.GetBytes("inner\n")) });
        }

        return Packed(plain.ToArray());
    }

    private static byte[] Zip()
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("inner.txt").Open();
            entry.Write("inner\n"u8);
        }

        return packed.ToArray();
    }
}
