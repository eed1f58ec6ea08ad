using System.Text;
using Pipeline.TaskRunner.Run;

namespace Pipeline.TaskRunner.Tests.Run;

public sealed class RotatingLogTests : IDisposable
{
    private readonly string folder = RunnerProcess.NewFolder();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_newest_lines_are_in_the_file_without_a_number_and_the_oldest_are_dropped()
    {
        using (var log = new RotatingLog(PathOf(""), maxBytes: 4, files: 3))
        {
            foreach (var text in (string[])["aa", "bb", "cc", "dd", "ee", "ff", "gg"])
                log.Write(Encoding.ASCII.GetBytes(text));
        }

        Assert.Equal(["gg", "eeff", "ccdd"], Contents());
    }

    [Fact]
    public void A_write_that_fills_the_file_exactly_does_not_rotate_yet()
    {
        using (var log = new RotatingLog(PathOf(""), maxBytes: 4, files: 3))
        {
            log.Write("aabb"u8);
            Assert.Single(Directory.GetFiles(folder));
            log.Write("c"u8);
        }

        Assert.Equal(["c", "aabb"], Contents());
    }

    [Fact]
    public void A_piece_larger_than_a_file_stays_whole()
    {
        using (var log = new RotatingLog(PathOf(""), maxBytes: 4, files: 2))
        {
            log.Write("aaaaaaaa"u8);
            log.Write("b"u8);
        }

        Assert.Equal(["b", "aaaaaaaa"], Contents());
    }

    [Fact]
    public void What_an_earlier_run_left_is_appended_to_and_counted()
    {
        File.WriteAllText(PathOf(""), "old");
        using (var log = new RotatingLog(PathOf(""), maxBytes: 4, files: 2))
        {
            log.Write("x"u8);
            log.Write("y"u8);
        }

        Assert.Equal(["y", "oldx"], Contents());
    }

    [Fact]
    public void Everything_is_on_disk_while_the_service_runs()
    {
        using var log = new RotatingLog(PathOf(""), maxBytes: 100, files: 2);
        log.Write("now"u8);
        using var reader = new FileStream(PathOf(""), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal(3, reader.Length);
    }

    private string PathOf(string number) => Path.Combine(folder, "service.log" + number);

    private IEnumerable<string> Contents() =>
        ((string[])["", ".1", ".2", ".3"]).Select(PathOf).Where(File.Exists).Select(File.ReadAllText);
}
