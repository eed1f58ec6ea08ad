using System.Buffers;
using System.Text;
using Pipeline.Mesos.RecordIo;

namespace Pipeline.Mesos.Tests;

public sealed class RecordIoTests
{
    private static readonly string[] Records = ["hello", "", "{\"type\":\"HEARTBEAT\"}", new string('x', 70_000)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(int.MaxValue)]
    public void Records_come_out_whole_however_the_stream_is_cut(int chunk)
    {
        var stream = Written();
        var reader = new RecordIoReader();
        var seen = new List<string>();
        for (var at = 0; at < stream.Length; at += Math.Min(chunk, stream.Length - at))
        {
            reader.Feed(stream.AsSpan(at, Math.Min(chunk, stream.Length - at)));
            while (reader.TryRead(out var record))
                seen.Add(Encoding.UTF8.GetString(record.Span));
        }

        Assert.Equal(Records, seen);
        Assert.Equal(0, reader.Pending);
    }

    [Fact]
    public void A_record_longer_than_the_limit_is_refused_before_it_is_held()
    {
        var reader = new RecordIoReader(maxRecordBytes: 1000);
        reader.Feed("1001\n"u8);
        Assert.Throws<InvalidDataException>(() => reader.TryRead(out _));
    }

    [Theory]
    [InlineData("HTTP/1.1 500")]
    [InlineData("-1\n")]
    [InlineData("\n")]
    [InlineData("12 \n")]
    [InlineData("123456789012345")]
    public void Garbage_is_an_error_and_not_a_wait(string bytes)
    {
        var reader = new RecordIoReader();
        reader.Feed(Encoding.UTF8.GetBytes(bytes));
        Assert.Throws<InvalidDataException>(() => reader.TryRead(out _));
    }

    private static byte[] Written()
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var record in Records)
            RecordIoWriter.Write(output, Encoding.UTF8.GetBytes(record));
        return output.WrittenSpan.ToArray();
    }
}
