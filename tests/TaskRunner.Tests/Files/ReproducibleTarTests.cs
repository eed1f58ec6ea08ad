using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Sockets;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Tests.Files;

/// <summary>The same content has the same bytes, whoever packs it and whenever.</summary>
public sealed class ReproducibleTarTests : IDisposable
{
    private readonly string folder = RunnerProcess.NewFolder();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Times_owners_and_the_order_of_creation_do_not_matter()
    {
        var one = Fill("one", ["b", "a", "sub/c"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var two = Fill("two", ["sub/c", "a", "b"], new DateTime(2020, 2, 2, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(Pack(one), Pack(two));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("name")]
    [InlineData("mode")]
    [InlineData("link")]
    public void Any_difference_that_matters_changes_the_bytes(string difference)
    {
        var (one, two) = (Fill("one", ["a"]), Fill("two", ["a"]));
        var file = Path.Combine(two, "a");
        switch (difference)
        {
            case "content":
                File.WriteAllText(file, "other");
                break;
            case "name":
                File.Move(file, Path.Combine(two, "b"));
                break;
            case "mode":
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
                break;
            default:
                File.CreateSymbolicLink(Path.Combine(two, "l"), "a");
                break;
        }

        Assert.NotEqual(Pack(one), Pack(two));
    }

    [Fact]
    public void Entries_are_sorted_and_carry_no_time_and_one_of_two_modes()
    {
        var source = Fill("source", ["z", "a/b", "B"]);
        File.SetUnixFileMode(Path.Combine(source, "z"), UnixFileMode.UserRead | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(Path.Combine(source, "B"), UnixFileMode.UserRead);
        File.CreateSymbolicLink(Path.Combine(source, "l"), "a");
        var entries = Entries(Pack(source));
        Assert.Equal(["B", "a/", "a/b", "l", "z"], entries.Select(e => e.Name));
        Assert.All(entries, e => Assert.Equal(DateTimeOffset.UnixEpoch, e.ModificationTime));
        Assert.All(entries, e => Assert.Equal((0, 0), (e.Uid, e.Gid)));
        Assert.Equal([0b110_100_100, 0b111_101_101, 0b110_100_100, 0b111_101_101, 0b111_101_101], entries.Select(e => (int)e.Mode));
    }

    [Fact]
    public void An_empty_folder_is_an_archive_without_entries_and_can_be_unpacked()
    {
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        var packed = Pack(Path.Combine(folder, "empty"));
        Assert.Empty(Entries(packed));
        var archive = Path.Combine(folder, "packed");
        File.WriteAllBytes(archive, packed);
        SafeTar.Unpack(archive, Path.Combine(folder, "root"), UnpackLimits.Default, LinkRule.Inside);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "root")));
    }

    [Fact]
    public void A_link_to_a_folder_is_kept_as_a_link_and_not_followed()
    {
        var source = Fill("source", ["a/b"]);
        File.CreateSymbolicLink(Path.Combine(source, "l"), "a");
        Assert.Equal(["a/", "a/b", "l"], Entries(Pack(source)).Select(e => e.Name));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("a/../../x")]
    public void A_link_out_of_the_folder_is_a_definition_error(string target)
    {
        var source = Fill("source", ["a/b"]);
        File.CreateSymbolicLink(Path.Combine(source, "l"), target);
        var error = Assert.Throws<DefinitionException>(() => Pack(source));
        Assert.Contains($"the link 'l' → '{target}', which ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_is_neither_file_folder_nor_link()
    {
        var source = Fill("source", ["a"]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(source, "s")));
        Assert.Equal(
            "The artifact holds 's', which is a pipe, a socket or a device: neither file, folder nor link. Remove it.",
            Assert.Throws<DefinitionException>(() => Pack(source)).Message);
    }

    private string Fill(string name, string[] files, DateTime? time = null)
    {
        var source = Path.Combine(folder, name);
        foreach (var file in files)
        {
            var path = Path.Combine(source, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, $"content of {file}");
            File.SetLastWriteTimeUtc(path, time ?? DateTime.UnixEpoch);
        }

        return source;
    }

    private static byte[] Pack(string source) => Tars.Packed(source);

    private static List<TarEntry> Entries(byte[] packed)
    {
        using var reader = new TarReader(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
            entries.Add(entry);
        return entries;
    }
}
