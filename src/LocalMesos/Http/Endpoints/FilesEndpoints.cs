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

    private string FileOf(HttpContext http) => files.Resolve(http.Agent().Id, PathOf(http));

    private Task BrowseAsync(HttpContext http) =>
        Responses.LegacyJsonAsync(http, LegacyJson.Write(files.List(http.Agent().Id, PathOf(http)).Select(Entry)));

    private static LegacyObject Entry(FileInfo file) => new(
        ("gid", file.Gid), ("mode", ModeText(file.Mode)), ("mtime", (double)(file.Mtime.Nanoseconds / 1_000_000_000)),
        ("nlink", file.Nlink), ("path", file.Path), ("size", file.Size), ("uid", file.Uid));

    private Task ReadAsync(HttpContext http)
    {
        var path = FileOf(http);
        var offset = Number(http, "offset") ?? -1;
        var length = Number(http, "length");
        if (length < 0)
            throw new CallRejectedException(400, $"Negative length provided: {length}.\n");
        if (Directory.Exists(path))
            throw new CallRejectedException(400, "Cannot read a directory.\n");
        var (size, data) = SandboxFiles.Read(path, Math.Max(0, offset), offset < 0 ? 0 : length);
        return Responses.LegacyJsonAsync(http, LegacyJson.Write(new LegacyObject(
            ("data", Encoding.UTF8.GetString(data)), ("offset", offset < 0 ? size : offset))));
    }

    private async Task DownloadAsync(HttpContext http)
    {
        var path = FileOf(http);
        if (Directory.Exists(path))
            throw new CallRejectedException(400, "Cannot download a directory.\n");
        // A task may go on writing: exactly the present length is announced and sent.
        var length = new System.IO.FileInfo(path).Length;
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = length;
        http.Response.Headers.ContentDisposition = $"attachment; filename={Path.GetFileName(path)}";
        await http.Response.SendFileAsync(path, 0, length, http.RequestAborted);
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
