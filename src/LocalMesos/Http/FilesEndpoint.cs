using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.LocalMesos.Agents;

namespace Pipeline.LocalMesos.Http;

/// <summary>An agent's /files/browse, /files/read and /files/download (recorded in 15).</summary>
internal sealed class FilesEndpoint(LocalMesosOptions options)
{
    private const int MostBytesPerRead = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public Task HandleAsync(HttpContext http, Agent agent)
    {
        var path = Resolve(agent, http.Request.Query["path"].ToString());
        return http.Request.Path.Value switch
        {
            "/files/browse" => BrowseAsync(http, path),
            "/files/read" => ReadAsync(http, path),
            "/files/download" => DownloadAsync(http, path),
            _ => throw new RefusedException(404, "404 Not Found."),
        };
    }

    /// <summary>The sandbox's real path, or the virtual one that leaves out the work directory. Nothing else of the disk is
    /// served.</summary>
    private string Resolve(Agent agent, string path)
    {
        if (path.Length == 0)
            throw new RefusedException(400, "Expecting 'path=value' in query.\n");
        var root = Path.Combine(options.WorkDirectory, "slaves", agent.Identity.Id);
        var real = path.StartsWith("/frameworks/", StringComparison.Ordinal) ? root + path : path;
        if (real.Contains("..", StringComparison.Ordinal) || !real.StartsWith(root + "/", StringComparison.Ordinal)
            || !(File.Exists(real) || Directory.Exists(real)))
            throw new RefusedException(404, "");
        return real;
    }

    private static async Task BrowseAsync(HttpContext http, string path)
    {
        var entries = File.Exists(path) ? [] : Directory.GetFileSystemEntries(path).Order(StringComparer.Ordinal).Select(Entry);
        await AnswerAsync(http, "[" + string.Join(',', entries) + "]");
    }

    private static string Entry(string path)
    {
        var info = new FileInfo(path);
        var isDirectory = Directory.Exists(path);
        var owner = System.Environment.UserName;
        var mtime = new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero).ToUnixTimeSeconds();
        var size = isDirectory ? 4096 : info.Exists ? info.Length : 0;
        var mode = Mode(info, isDirectory);
        var links = isDirectory ? 2 : 1;
        return FormattableString.Invariant(
            $$"""{"gid":"{{owner}}","mode":"{{mode}}","mtime":{{mtime}}.0,"nlink":{{links}},"path":{{Text(path)}},"size":{{size}},"uid":"{{owner}}"}""");
    }

    private static string Mode(FileInfo info, bool isDirectory)
    {
        var text = new StringBuilder(isDirectory ? "d" : info.LinkTarget is null ? "-" : "l");
        var mode = (int)info.UnixFileMode;
        for (var bit = 8; bit >= 0; bit--)
            text.Append((mode & (1 << bit)) == 0 ? '-' : "xwr"[bit % 3]);
        return text.ToString();
    }

    private static async Task ReadAsync(HttpContext http, string path)
    {
        var offset = Number(http, "offset") ?? -1;
        var length = Number(http, "length");
        if (length < 0)
            throw new RefusedException(400, $"Negative length provided: {length}.\n");
        if (Directory.Exists(path))
            throw new RefusedException(400, "Cannot read a directory.\n");
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (offset < 0)
        {
            await AnswerAsync(http, $$"""{"data":"","offset":{{file.Length.ToString(CultureInfo.InvariantCulture)}}}""");
            return;
        }

        var data = new byte[(int)Math.Clamp(Math.Min(length ?? MostBytesPerRead, file.Length - offset), 0, MostBytesPerRead)];
        file.Position = offset;
        var read = await file.ReadAtLeastAsync(data, data.Length, throwOnEndOfStream: false, http.RequestAborted);
        var text = Text(Encoding.UTF8.GetString(data, 0, read));
        await AnswerAsync(http, $$"""{"data":{{text}},"offset":{{offset.ToString(CultureInfo.InvariantCulture)}}}""");
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

    private static Task AnswerAsync(HttpContext http, string json)
    {
        var callback = http.Request.Query["jsonp"].ToString();
        return callback.Length > 0
            ? HttpAnswers.BytesAsync(http, "text/javascript", Encoding.UTF8.GetBytes($"{callback}({json})"))
            : HttpAnswers.BytesAsync(http, HttpAnswers.Json, Encoding.UTF8.GetBytes(json));
    }

    private static string Text(string value) => JsonSerializer.Serialize(value, Json);
}
