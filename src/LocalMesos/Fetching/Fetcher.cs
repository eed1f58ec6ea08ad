using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Fetching;

/// <summary>
/// Fetches a task's URIs into its sandbox, one after the other. Cached ones are downloaded once per URI for the whole cluster, even
/// when tasks start together; a sandbox gets a hard link, so a start with a warm cache copies nothing.
/// </summary>
internal sealed class Fetcher : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string cacheDirectory;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> cache = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
    {
        Timeout = TimeSpan.FromMinutes(30),
    };

    /// <summary>The cache starts empty: one that outlived the process could serve stale files.</summary>
    public Fetcher(string workDirectory)
    {
        cacheDirectory = Path.Combine(workDirectory, "fetch");
        if (Directory.Exists(cacheDirectory))
            Directory.Delete(cacheDirectory, recursive: true);
        Directory.CreateDirectory(cacheDirectory);
    }

    /// <param name="directory">The sandbox; nothing is written outside it.</param>
    /// <exception cref="FetchException">The cause, for the sandbox's stderr.</exception>
    public async Task FetchAsync(W.CommandInfo.Types.URI uri, string directory, CancellationToken ct)
    {
        var name = uri.HasOutputFile && uri.OutputFile.Length > 0 ? uri.OutputFile : NameOf(uri.Value);
        var target = Path.GetFullPath(Path.Combine(directory, name));
        if (!target.StartsWith(directory + "/", StringComparison.Ordinal))
            throw new FetchException($"The output file '{name}' lies outside the sandbox");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (uri.Cache)
            Link(await FromCacheAsync(uri.Value, ct), target);
        else
            await CopyAsync(uri.Value, target, ct);
        if (uri.Executable)
            File.SetUnixFileMode(target, Executable);
        else if (!uri.HasExtract || uri.Extract)
            await Archives.ExtractAsync(target, directory, ct);
    }

    public void Dispose() => http.Dispose();

    private async Task<string> FromCacheAsync(string uri, CancellationToken ct)
    {
        // The download must not end with the task that happened to come first, so it has no token of its own.
        var entry = cache.GetOrAdd(uri, u => new Lazy<Task<string>>(() => DownloadIntoCacheAsync(u)));
        try
        {
            return await entry.Value.WaitAsync(ct);
        }
        catch (FetchException)
        {
            cache.TryRemove(new KeyValuePair<string, Lazy<Task<string>>>(uri, entry));
            throw;
        }
    }

    private async Task<string> DownloadIntoCacheAsync(string uri)
    {
        var path = Path.Combine(cacheDirectory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uri))));
        await CopyAsync(uri, path, CancellationToken.None);
        return path;
    }

    private async Task CopyAsync(string uri, string target, CancellationToken ct)
    {
        try
        {
            if (uri.StartsWith("http://", StringComparison.Ordinal) || uri.StartsWith("https://", StringComparison.Ordinal))
                await DownloadAsync(uri, target, ct);
            else if (LocalPath(uri) is { } path)
                File.Copy(path, target, overwrite: true);
            else
                throw new FetchException($"Skipping fetch with Hadoop client: no client for '{uri}'");
        }
        catch (Exception e) when (e is IOException or HttpRequestException or UnauthorizedAccessException)
        {
            throw new FetchException($"Failed to fetch '{uri}': {e.Message}", e);
        }
    }

    private async Task DownloadAsync(string uri, string target, CancellationToken ct)
    {
        // As in Mesos, the file is there even when the download failed, and holds the error page (recorded in 13).
        await using var file = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        using var response = await http.GetAsync(new Uri(uri), HttpCompletionOption.ResponseHeadersRead, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await body.CopyToAsync(file, 256 * 1024, ct);
        if (!response.IsSuccessStatusCode)
            throw new FetchException($"Error downloading resource, received HTTP return code {(int)response.StatusCode}");
    }

    private static string? LocalPath(string uri) =>
        uri.StartsWith("file://", StringComparison.Ordinal) ? uri["file://".Length..] : uri.StartsWith('/') ? uri : null;

    private static void Link(string cached, string target)
    {
        File.Delete(target);
        // Hard links do not cross file systems.
        if (LibC.Link(cached, target) != 0)
            File.Copy(cached, target, overwrite: true);
    }

    private static string NameOf(string uri)
    {
        var path = uri.Split('?', '#')[0];
        return path[(path.LastIndexOf('/') + 1)..];
    }
}
