using System.Formats.Tar;
using System.IO.Compression;

namespace Pipeline.LocalMesos.Fetching;

/// <summary>Extracts a fetched archive by its file name's extension; the archive itself stays.</summary>
internal static class Archives
{
    public static async Task ExtractAsync(string file, string directory, CancellationToken ct)
    {
        try
        {
            if (file.EndsWith(".tar", StringComparison.Ordinal))
                await TarFile.ExtractToDirectoryAsync(file, directory, overwriteFiles: true, ct);
            else if (file.EndsWith(".tar.gz", StringComparison.Ordinal) || file.EndsWith(".tgz", StringComparison.Ordinal))
                await ExtractTarGzAsync(file, directory, ct);
            else if (file.EndsWith(".zip", StringComparison.Ordinal))
                await ZipFile.ExtractToDirectoryAsync(file, directory, overwriteFiles: true, ct);
            else if (file.EndsWith(".gz", StringComparison.Ordinal))
                await DecompressAsync(file, file[..^".gz".Length], ct);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException)
        {
            throw new FetchException($"Failed to extract archive '{file}': {e.Message}", e);
        }
    }

    private static async Task ExtractTarGzAsync(string file, string directory, CancellationToken ct)
    {
        await using var compressed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(compressed, directory, overwriteFiles: true, ct);
    }

    private static async Task DecompressAsync(string file, string target, CancellationToken ct)
    {
        await using var compressed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        await using var decompressed = File.Create(target);
        await compressed.CopyToAsync(decompressed, ct);
    }
}
