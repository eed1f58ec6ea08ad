using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;
using Pipeline.EndToEnd.Harness.Machines;

namespace Pipeline.EndToEnd.Cases;

/// <summary>Logs, artifacts and files of the sizes that people report, and what they cost the server.</summary>
[Collection(CasesCollection.Name)]
public sealed class SizeCases(CasesPipeline fixture)
{
    private const long LogBytes = 200_000_000;
    private const long AboveLimit = 300_000_000;
    private const int FileBytes = 300_000_000;
    private const long SparseBytes = 2600L << 20;

    // Far below each of the sizes: nothing is held in memory as a whole.
    private const long MostGrowth = 160L << 20;

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task Logs_of_hundreds_of_megabytes_are_kept_to_the_limit_and_the_log_says_where_it_was()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "large-logs");
        var sha = repository.Commit(new Tree { { ".pipeline.yaml", $"modules:\n{Log("whole", LogBytes)}{Log("above", AboveLimit)}" } });
        using var memory = ServerMemory.Measure(pipeline.ServerId);
        await repository.PushAsync(("main", sha));

        var build = await repository.BuildAsync(sha);

        Assert.Equal("succeeded", build.GetProperty("build").GetProperty("state").GetString());
        Assert.Equal((LogBytes, "END\n"), await SeenAsync(build, "whole"));
        var (kept, end) = await SeenAsync(build, "above");
        Assert.InRange(kept, 250_000_000, 256L << 20);
        Assert.Equal(
            "pipeline: the log of this step has met its limit of 256 MB (BuildRunner:StepLogBytes); the rest was not kept\n", end);
        Assert.InRange(memory.Growth, 0, MostGrowth);
    }

    [Fact]
    public async Task A_sparse_file_of_gigabytes_comes_out_of_the_store_as_large_as_it_went_in()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "sparse");
        var sha = repository.Commit(Built($"mkdir out; truncate -s {SparseBytes} out/big", "sparse"));
        using var memory = ServerMemory.Measure(pipeline.ServerId);
        await repository.PushAsync(("main", sha));

        await using var archive = await ArtifactAsync(await repository.BuildAsync(sha));

        await using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        var entry = (await tar.GetNextEntryAsync())!;
        Assert.Equal(("big", SparseBytes), (entry.Name, entry.Length));
        Assert.Null(await tar.GetNextEntryAsync());
        Assert.InRange(memory.Growth, 0, MostGrowth);
    }

    [Fact]
    public async Task A_file_of_300_MB_in_the_repository_is_in_the_workspace_byte_for_byte()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "large-file");
        var content = new byte[FileBytes];
        new Random(1).NextBytes(content);
        var blob = await repository.WriteLargeAsync(content);
        var sha = repository.Commit(new Tree
        {
            { ".pipeline.yaml", "resources: { cpus: 1, memory: 128MB }\nsteps: [{ run: sha256sum < big }]\n" },
            { "big", Entry.Written(blob) },
        });
        using var memory = ServerMemory.Measure(pipeline.ServerId);
        await repository.PushAsync(("main", sha));

        var build = await repository.BuildAsync(sha);

        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(content)), Raw.Text(await repository.LogAsync(build)));
        Assert.InRange(memory.Growth, 0, MostGrowth);
    }

    [Fact]
    public async Task A_virtual_environment_of_Python_comes_out_with_its_links()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "venv");
        var sha = repository.Commit(Built(
            "/usr/bin/python3 -m venv --without-pip out/venv; find out -type l -printf '%P -> %l\\n' | sort", "venv"));
        await repository.PushAsync(("main", sha));

        var build = await repository.BuildAsync(sha);
        await using var archive = await ArtifactAsync(build);

        await using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        var (links, names) = (new List<string>(), new List<string>());
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
            if (entry.EntryType is TarEntryType.SymbolicLink)
                links.Add($"{entry.Name} -> {entry.LinkName}");
        }

        var log = Raw.Text(await repository.LogAsync(build)).Split('\n').Where(l => l.Contains(" -> ", StringComparison.Ordinal)
            && !l.StartsWith('+'));
        Assert.Equal(log, links.Order(StringComparer.Ordinal));
        Assert.Contains("venv/bin/python3 -> /usr/bin/python3", links);
        Assert.Contains("venv/pyvenv.cfg", names);
    }

    private static string Log(string module, long bytes) => $$"""
          {{module}}:
            timeout: 120s
            resources: { cpus: 1, memory: 64MB }
            steps: [{ run: "head -c {{bytes}} /dev/zero | tr '\\0' x | fold -w 200; echo; echo END" }]

        """;

    private static Tree Built(string run, string artifact) => new()
    {
        {
            ".pipeline.yaml",
            $"timeout: 120s\nresources: {{ cpus: 1, memory: 256MB }}\nsteps: [{{ run: {JsonSerializer.Serialize(run)} }}]\n"
            + $"artifacts: [{{ name: {artifact}, path: out }}]\n"
        },
    };

    /// <returns>How many x it has after the line that shows the command, and its last line.</returns>
    private async Task<(long Letters, string End)> SeenAsync(JsonElement build, string module)
    {
        var id = build.GetProperty("build").GetProperty("id").GetString();
        await using var log = await pipeline.Http.GetStreamAsync($"/api/v1/builds/{id}/modules/{module}/steps/0/log");
        var (letters, isFirst, last, buffer) = (0L, true, Array.Empty<byte>(), new byte[1 << 20]);
        for (int read; (read = await log.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            var piece = buffer.AsSpan(0, read);
            letters += (isFirst ? piece[piece.IndexOf((byte)'\n')..] : piece).Count((byte)'x');
            last = [.. last, .. piece];
            last = last[^Math.Min(last.Length, 300)..];
            isFirst = false;
        }

        var text = Raw.Text(last);
        return (letters, text[(text.TrimEnd('\n').LastIndexOf('\n') + 1)..]);
    }

    private async Task<Stream> ArtifactAsync(JsonElement build)
    {
        Assert.True(build.GetProperty("build").GetProperty("state").GetString() == "succeeded", build.ToString());
        var digest = build.GetProperty("artifacts")[0].GetProperty("digest").GetString();
        return await pipeline.Http.GetStreamAsync($"/api/v1/artifacts/{digest}");
    }
}
