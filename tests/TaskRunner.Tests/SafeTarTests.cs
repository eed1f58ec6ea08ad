using System.Formats.Tar;
using System.IO.Compression;
using CsCheck;
using Pipeline.TaskRunner.Files;

namespace Pipeline.TaskRunner.Tests;

public sealed class SafeTarTests : IDisposable
{
    private readonly string folder = RunnerProcess.NewFolder();

    public void Dispose() => RunnerProcess.DeleteFolder(folder);

    public static TheoryData<string, string> Hostile => new()
    {
        { "parent in a name", "file:../evil" },
        { "parent inside a name", "file:a/../../evil" },
        { "absolute name", "file:/tmp/evil-absolute" },
        { "absolute link", "link:l>/etc" },
        { "link to the parent", "link:l>.." },
        { "link out from below", "link:a/b/l>../../../x" },
        { "absolute link that only looks like one of the system", "link:l>/usr/../etc" },
        { "climbs over a link of the system", "link:usr>/usr/lib;link:l>usr/../../etc" },
        { "climbs over another link", "link:d/e/x>../..;link:y>d/../d/e/x/../../foo" },
        { "climbs after it descended", "link:d/e/x>../..;link:y>d/e/x/../foo" },
        { "file through a link", "link:l>a;file:l/evil" },
        { "link through the parent of a link", "link:a>.;link:l>a/../x" },
        { "link below a link", "file:a/f;link:l>a;link:l/m>../.." },
        { "link in place of a file", "file:l;link:l>a" },
        { "link twice", "link:l>a;link:l>b" },
        { "file twice", "file:a;file:a" },
        { "file as a folder", "file:a;file:a/b" },
        { "hard link", "hard:h>/etc/passwd" },
        { "named pipe", "fifo:p" },
        { "character device", "char:c" },
        { "block device", "block:b" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_archive_is_refused_and_nothing_lies_outside(string story, string entries)
    {
        var inner = Path.Combine(folder, "in", "root");
        Assert.Throws<HostileArchiveException>(() => SafeTar.Unpack(Write(TarOf(entries)), inner, UnpackLimits.Default, LinkRule.Inside));
        Assert.False(Path.Exists(Path.Combine(folder, "in", "evil")), story);
        Assert.False(Path.Exists("/tmp/evil-absolute"), story);
    }

    [Fact]
    public void Files_folders_modes_and_inner_links_come_back()
    {
        var archive = Write(Tars.Of(
            Tars.File("bin/run", "x"), Tars.File("data.txt", "y", executable: false), Tars.Link("bin/data", "../data.txt"),
            Tars.Link("cur", "bin")));
        var root = Path.Combine(folder, "root");

        SafeTar.Unpack(archive, root, UnpackLimits.Default, LinkRule.Inside);

        Assert.Equal("y", File.ReadAllText(Path.Combine(root, "cur/data")));
        Assert.True(File.GetUnixFileMode(Path.Combine(root, "bin/run")).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(Path.Combine(root, "data.txt")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void A_bomb_stops_at_the_limit_of_bytes_and_of_entries()
    {
        var gzip = new MemoryStream();
        using (var packer = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
            packer.Write(Tars.Of(("zeros", new string('0', 5_000_000))));
        Assert.Throws<ArchiveTooLargeException>(
            () => SafeTar.Unpack(Write(gzip.ToArray()), Path.Combine(folder, "a"), new UnpackLimits(10, 1_000_000), LinkRule.Inside));
        var many = Tars.Of([.. Enumerable.Range(0, 20).Select(i => ($"f{i}", "x"))]);
        Assert.Throws<ArchiveTooLargeException>(
            () => SafeTar.Unpack(Write(many), Path.Combine(folder, "b"), new UnpackLimits(10, 1_000_000), LinkRule.Inside));
    }

    [Theory]
    [InlineData(10, 100, true)]
    [InlineData(3, 100, true)]
    [InlineData(2, 100, false)]
    [InlineData(10, 10, true)]
    [InlineData(10, 9, false)]
    public void The_limits_are_reached_before_they_are_exceeded(int entries, long bytes, bool ok)
    {
        var archive = Write(Tars.Of(("a", "12345"), ("b", "67890"), ("c", "")));
        var unpack = () => SafeTar.Unpack(archive, Path.Combine(folder, "root"), new UnpackLimits(entries, bytes), LinkRule.Inside);
        if (ok)
            unpack();
        else
            Assert.Contains("more than", Assert.Throws<ArchiveTooLargeException>(unpack).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:a")]
    [InlineData("file:./a;file:b//c;file:./d/./e")]
    [InlineData("link:l>nowhere")]
    [InlineData("link:d/l>..")]
    [InlineData("file:d/f;link:d/g>f")]
    [InlineData("file:d/f;file:b/f;link:l>d/../b/f")]
    [InlineData("link:python3>/usr/bin/python3;link:python>python3")]
    [InlineData("link:one>two;link:two>one")]
    public void What_stays_inside_is_unpacked(string entries)
    {
        var root = Path.Combine(folder, "root");
        SafeTar.Unpack(Write(TarOf(entries)), root, UnpackLimits.Default, LinkRule.Inside);
        var names = entries.Split(';').Select(e => Path.GetFullPath(Path.Combine(root, e[5..].Split('>')[0])));
        Assert.All(names, n => Assert.True(Path.Exists(n) || new FileInfo(n).LinkTarget is not null, n));
    }

    [Theory]
    [InlineData("file through a link", "link:l>/tmp;file:l/evil-through-link")]
    [InlineData("file through a link that comes later", "file:l/evil-through-link;link:l>/tmp")]
    [InlineData("folder through a link", "link:l>/tmp;file:l/evil-folder/f")]
    [InlineData("link through a link", "link:l>/tmp;link:l/evil-link>x")]
    [InlineData("parent in a name", "file:../evil")]
    [InlineData("hard link", "hard:h>/etc/passwd")]
    public void Any_link_of_a_source_is_kept_and_none_is_written_through(string story, string entries)
    {
        var error = Assert.Throws<HostileArchiveException>(
            () => SafeTar.Unpack(Write(TarOf(entries)), Path.Combine(folder, "root"), UnpackLimits.Default, LinkRule.Any));
        Assert.StartsWith("'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries("/tmp", "evil-*"));
        Assert.False(Path.Exists(Path.Combine(folder, "evil")), story);
    }

    [Fact]
    public void What_is_no_archive_is_refused() => Assert.Throws<HostileArchiveException>(
        () => SafeTar.Unpack(Write([.. "no archive"u8]), Path.Combine(folder, "root"), UnpackLimits.Default, LinkRule.Inside));

    [Fact]
    public void A_gzip_that_breaks_off_is_refused()
    {
        var gzip = new MemoryStream();
        using (var packer = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
            packer.Write(Tars.Of(("a", new string('x', 100_000))));
        var half = gzip.ToArray()[..(int)(gzip.Length / 2)];
        Assert.Throws<HostileArchiveException>(
            () => SafeTar.Unpack(Write(half), Path.Combine(folder, "root"), UnpackLimits.Default, LinkRule.Inside));
    }

    [Fact]
    public void Set_user_id_and_write_for_all_are_not_taken_over()
    {
        var entry = Tars.File("tool", "x");
        entry.Mode = (UnixFileMode)0b111_111_111_111;
        SafeTar.Unpack(Write(Tars.Of(entry)), Path.Combine(folder, "root"), UnpackLimits.Default, LinkRule.Inside);
        var mode = File.GetUnixFileMode(Path.Combine(folder, "root", "tool"));
        Assert.False(mode.HasFlag(UnixFileMode.SetUser) || mode.HasFlag(UnixFileMode.SetGroup) || mode.HasFlag(UnixFileMode.OtherWrite));
        Assert.True(mode.HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void Any_damage_is_refused_or_stays_inside()
    {
        var good = Tars.Of(("bin/run", "some content"), ("data", "more"));
        var count = 0;
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                var damaged = good.ToArray();
                damaged[at] = value;
                var root = Path.Combine(folder, $"jail{Interlocked.Increment(ref count)}", "root");
                try
                {
                    SafeTar.Unpack(Write(damaged), root, new UnpackLimits(100, 1_000_000), LinkRule.Inside);
                }
                catch (Exception e) when (e is HostileArchiveException or ArchiveTooLargeException)
                {
                }

                return Directory.GetFileSystemEntries(Path.GetDirectoryName(root)!).All(e => e == root);
            },
            iter: 300);
    }

    [Fact]
    public void What_is_packed_comes_back_and_packs_to_the_same_bytes()
    {
        var source = Path.Combine(folder, "source");
        Directory.CreateDirectory(Path.Combine(source, "sub", new string('n', 120)));
        File.WriteAllText(Path.Combine(source, "sub", new string('n', 120), "file"), "content");
        File.CreateSymbolicLink(Path.Combine(source, "link"), "sub");
        File.WriteAllBytes(Path.Combine(folder, "one"), Tars.Packed(source));

        SafeTar.Unpack(Path.Combine(folder, "one"), Path.Combine(folder, "back"), UnpackLimits.Default, LinkRule.Inside);
        File.WriteAllBytes(Path.Combine(folder, "two"), Tars.Packed(Path.Combine(folder, "back")));

        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "one")), File.ReadAllBytes(Path.Combine(folder, "two")));
    }

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] TarOf(string entries) => Tars.Of([.. entries.Split(';').Select(text =>
    {
        var parts = text[(text.IndexOf(':') + 1)..].Split('>');
        return text[..text.IndexOf(':')] switch
        {
            "file" => (TarEntry)Tars.File(parts[0], "evil"),
            "link" => LinkTo(TarEntryType.SymbolicLink, parts[0], parts[1]),
            "hard" => LinkTo(TarEntryType.HardLink, parts[0], parts[1]),
            "fifo" => new PaxTarEntry(TarEntryType.Fifo, parts[0]),
            "char" => new PaxTarEntry(TarEntryType.CharacterDevice, parts[0]) { DeviceMajor = 1, DeviceMinor = 3 },
            "block" => new PaxTarEntry(TarEntryType.BlockDevice, parts[0]) { DeviceMajor = 1, DeviceMinor = 3 },
            var kind => throw new ArgumentException(kind),
        };
    })]);

    private static PaxTarEntry LinkTo(TarEntryType type, string name, string target) => new(type, name) { LinkName = target };
}
