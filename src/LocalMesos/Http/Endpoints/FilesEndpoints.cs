using System.Globalization;
using System.Text;
using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Sandboxes;
using Pipeline.LocalMesos.Views.Legacy;
using FileInfo = Pipeline.Mesos.Wire.FileInfo;

namespace Pipeline.LocalMesos.Http.Endpoints;

/// <summary>An agent's /files/browse, /files/read and /files/download (recorded in 11 and 15).</summary>
internal sealed class FilesEndpoints(SandboxFiles files)
{
    private const uint DirectoryBit = 0x4000;

    public void Map(RouteGroupBuilder group)
    {
        group.Map("/browse", BrowseAsync);
        group.Map("/read", ReadAsync);
        group.Map("/download", DownloadAsync);
    }

    /// <summary>As <c>ls -l</c> shows it.</summary>
    internal static string ModeText(uint mode)
    {
        var text = new StringBuilder((mode & DirectoryBit) != 0 ? "d" : "-");
        for (var bit = 8; bit >= 0; bit--)
            text.Append((mode & (1u << bit)) == 0 ? '-' : "xwr"[bit % 3]);
        return text.ToString();
    }

    private static string PathOf(HttpContext http)
    {
        var path = http.Request.Query["path"].ToString();
        return path.Length > 0 ? path : throw new CallRejectedException(400, "Expecting 'path=value' in query.\n");
    }

    private SandboxFile FileOf(HttpContext http) => files.Open(http.Agent().Id, PathOf(http));

    private Task BrowseAsync(HttpContext http) =>
        Responses.LegacyJsonAsync(http, LegacyJson.Write(files.List(http.Agent().Id, PathOf(http)).Select(Entry)));

    private static LegacyObject Entry(FileInfo file) => new(
        ("gid", file.Gid), ("mode", ModeText(file.Mode)), ("mtime", (double)(file.Mtime.Nanoseconds / 1_000_000_000)),
        ("nlink", file.Nlink), ("path", file.Path), ("size", file.Size), ("uid", file.Uid));

    private Task ReadAsync(HttpContext http)
    {
        using var file = FileOf(http);
        var offset = Number(http, "offset") ?? -1;
        var length = Number(http, "length");
        if (length < 0)
            throw new CallRejectedException(400, $"Negative length provided: {length}.\n");
        if (file.IsDirectory)
            throw new CallRejectedException(400, "Cannot read a directory.\n");
        var (size, data) = file.Read(Math.Max(0, offset), offset < 0 ? 0 : length);
        return Responses.LegacyJsonAsync(http, LegacyJson.Write(new LegacyObject(
            ("data", Encoding.UTF8.GetString(data)), ("offset", offset < 0 ? size : offset))));
    }

    private async Task DownloadAsync(HttpContext http)
    {
        using var file = FileOf(http);
        if (file.IsDirectory)
            throw new CallRejectedException(400, "Cannot download a directory.\n");
        if (!file.Status.IsRegular)
            throw new CallRejectedException(404, "");
        // A task may go on writing: exactly the present length is announced and sent.
        var length = file.Status.Bytes;
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = length;
        http.Response.Headers.ContentDisposition = $"attachment; filename={file.Name}";
        await SendAsync(file, length, http);
    }

    private static async Task SendAsync(SandboxFile file, long length, HttpContext http)
    {
        var buffer = new byte[SandboxFiles.MaxBytesPerRead];
        for (long sent = 0; sent < length;)
        {
            var most = (int)Math.Min(buffer.Length, length - sent);
            var read = await RandomAccess.ReadAsync(file.Handle, buffer.AsMemory(0, most), sent, http.RequestAborted);
            if (read == 0)
            {
                http.Abort(); // cut short by its task: the announced length cannot be kept
                return;
            }

            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
            sent += read;
        }
    }

    private static long? Number(HttpContext http, string name)
    {
        var text = http.Request.Query[name].ToString();
        if (text.Length == 0)
            return null;
        return long.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CallRejectedException(400, $"Failed to parse {name}: Failed to convert '{text}' to number.\n");
    }
}
