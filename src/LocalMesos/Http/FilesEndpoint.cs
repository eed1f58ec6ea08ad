using System.Globalization;
using System.Text;
using Pipeline.LocalMesos.Agents;
using Pipeline.Mesos.Wire;
using FileInfo = Pipeline.Mesos.Wire.FileInfo;

namespace Pipeline.LocalMesos.Http;

/// <summary>An agent's /files/browse, /files/read, /files/download and /files/debug (recorded in 11 and 15).</summary>
internal sealed class FilesEndpoint(SandboxFiles files)
{
    public Task HandleAsync(HttpContext http, Agent agent) => http.Request.Path.Value switch
    {
        "/files/browse" => BrowseAsync(http, agent, PathOf(http)),
        "/files/read" => ReadAsync(http, files.Resolve(agent, PathOf(http))),
        "/files/download" => DownloadAsync(http, files.Resolve(agent, PathOf(http))),
        _ => throw new RefusedException(404, "404 Not Found."),
    };

    private static string PathOf(HttpContext http)
    {
        var path = http.Request.Query["path"].ToString();
        return path.Length > 0 ? path : throw new RefusedException(400, "Expecting 'path=value' in query.\n");
    }

    private Task BrowseAsync(HttpContext http, Agent agent, string path) =>
        HttpAnswers.PlainJsonAsync(http, PlainJson.Write(files.List(agent, path).Select(Entry)));

    private static PlainObject Entry(FileInfo file) => new(
        ("gid", file.Gid), ("mode", ModeText(file.Mode)), ("mtime", (double)(file.Mtime.Nanoseconds / 1_000_000_000)), ("nlink", file.Nlink),
        ("path", file.Path), ("size", file.Size), ("uid", file.Uid));

    private static string ModeText(uint mode)
    {
        var text = new StringBuilder((mode & 0x4000) != 0 ? "d" : "-");
        for (var bit = 8; bit >= 0; bit--)
            text.Append((mode & (1u << bit)) == 0 ? '-' : "xwr"[bit % 3]);
        return text.ToString();
    }

    private static Task ReadAsync(HttpContext http, string path)
    {
        var offset = Number(http, "offset") ?? -1;
        var length = Number(http, "length");
        if (length < 0)
            throw new RefusedException(400, $"Negative length provided: {length}.\n");
        if (Directory.Exists(path))
            throw new RefusedException(400, "Cannot read a directory.\n");
        var (size, data) = SandboxFiles.Read(path, Math.Max(0, offset), offset < 0 ? 0 : length);
        return HttpAnswers.PlainJsonAsync(http, PlainJson.Write(new PlainObject(
            ("data", Encoding.UTF8.GetString(data)), ("offset", offset < 0 ? size : offset))));
    }

    private static async Task DownloadAsync(HttpContext http, string path)
    {
        if (Directory.Exists(path))
            throw new RefusedException(400, "Cannot download a directory.\n");
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // A task may write on meanwhile: the length of this moment is what is promised and sent.
        var length = file.Length;
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
            : throw new RefusedException(400, $"Failed to parse {name}: Failed to convert '{text}' to number.\n");
    }
}
