using System.Text;
using CsCheck;
using Pipeline.TaskRunner.Files;

namespace Pipeline.TaskRunner.Tests.Files;

/// <summary>Archives that try to keep the reader busy, or to make it hold more than they are worth.</summary>
public sealed class TarBytesTests
{
    private const string Ustar = "ustar\0" + "00";

    [Theory]
    [InlineData("11 path=a\n11 path=b")]
    [InlineData("10 path=a\nno length")]
    [InlineData("10 path=a\nnolength")]
    [InlineData("10 path=a\n=")]
    [InlineData("10 path=a\n0 =\n")]
    [InlineData("10 path=a\n2 \n")]
    [InlineData("10 path=a\n -10 a=b\n")]
    [InlineData("10 path=a\n99999999999 a=b\n")]
    [InlineData("7 path\n")]
    [InlineData(" =\n")]
    [InlineData("nothing")]
    public void Pax_records_that_are_none_are_refused(string records)
    {
        byte[] archive = [.. Header('x', records.Length), .. Padded(records), .. Header('0', 0), .. End];

        Assert.Contains(Assert.ThrowsAny<Exception>(() => Read(archive)).GetType(), Refusals);
    }

    [Fact]
    public void Pax_records_say_name_target_and_size()
    {
        const string records = "15 path=a/name\n14 linkpath=b\n9 size=3\n15 comment=x y\n";
        var archive = (byte[])[.. Header('x', records.Length), .. Padded(records), .. Header('0', 0), .. Padded("abc"), .. End];
        var item = Assert.Single(Read(archive));

        Assert.Equal(("a/name", "b", 3), (item.Name, item.Target, item.Bytes));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public void Headers_without_an_entry_end_the_reading(char kind)
    {
        byte[] header = kind is 'L' or 'K' ? [.. Header(kind, 2), .. Padded("n\0")] : [.. Header(kind, 10), .. Padded("10 path=a\n")];
        var error = Assert.Throws<InvalidDataException>(() => Read([.. Enumerable.Repeat(header, 1000).SelectMany(h => h)]));

        Assert.Contains("too many headers", error.Message);
    }

    [Theory]
    [InlineData('g')]
    [InlineData('5')]
    [InlineData('2')]
    public void Content_that_belongs_to_no_file_is_not_read_for_long(char kind)
    {
        byte[] header = Header(kind, 8L << 30);
        using var endless = new Endless(header);

        var error = Assert.Throws<InvalidDataException>(() => Read(endless));

        Assert.Contains("belong to no file", error.Message);
        Assert.True(endless.Given < 128 << 20);
    }

    [Fact]
    public void Any_damage_ends_the_reading_soon()
    {
        byte[] good =
        [
            .. Tars.Of(("bin/run", "some content"), ("data", "more"), (new string('n', 150), "long"))[..^1024],
            .. Header('L', 4), .. Padded("gnu\0"), .. Header('K', 3), .. Padded("to\0"), .. Header('2', 0),
            .. Header('x', 20), .. Padded("10 path=a\n10 path=b\n"), .. Header('0', 5), .. Padded("12345"), .. End,
        ];
        Assert.Equal(5, Read(good).Count);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length - 1], Gen.Byte).Sample(
            (first, one, second, other) =>
            {
                var damaged = good.ToArray();
                (damaged[first], damaged[second]) = (one, other);
                Repair(damaged, first);
                Repair(damaged, second);
                try
                {
                    return Read(damaged).Count <= good.Length / 512;
                }
                catch (Exception e) when (Refusals.Contains(e.GetType()))
                {
                    return true;
                }
            },
            iter: 20_000);
    }

    // What SafeTar says of an archive that is damaged.
    private static Type[] Refusals =>
    [
        typeof(InvalidDataException), typeof(EndOfStreamException), typeof(FormatException), typeof(ArgumentException),
        typeof(ArgumentOutOfRangeException), typeof(OverflowException),
    ];

    private static byte[] End => new byte[1024];

    private static List<TarItem> Read(byte[] bytes) => Read(new MemoryStream(bytes));

    private static List<TarItem> Read(Stream bytes)
    {
        var tar = new TarBytes(bytes);
        var items = new List<TarItem>();
        Span<byte> content = stackalloc byte[4096];
        while (tar.Next() is { } item)
        {
            items.Add(item);
            while (item.Kind == TarBytes.File && tar.Read(content) > 0)
            {
            }
        }

        return items;
    }

    private static byte[] Padded(string content)
    {
        var bytes = new byte[(content.Length + 511) / 512 * 512];
        Encoding.Latin1.GetBytes(content, bytes);
        return bytes;
    }

    private static byte[] Header(char kind, long size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes("name", header);
        Encoding.ASCII.GetBytes("0000644\0", header.AsSpan(100));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), header.AsSpan(124));
        header[156] = (byte)kind;
        Encoding.ASCII.GetBytes("to", header.AsSpan(157));
        Encoding.ASCII.GetBytes(Ustar, header.AsSpan(257));
        Sign(header);
        return header;
    }

    // So that damage is not found by the sum alone.
    private static void Repair(byte[] archive, int at)
    {
        var block = archive.AsSpan(at / 512 * 512, 512);
        if (block.Slice(257, 5).SequenceEqual("ustar"u8))
            Sign(block);
    }

    private static void Sign(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var part in header)
            sum += part;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", header[148..]);
    }

    /// <summary>A beginning, then zeros without end.</summary>
    private sealed class Endless(byte[] beginning) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            buffer.Clear();
            if (Given < beginning.Length)
            {
                var rest = beginning.AsSpan((int)Given);
                rest[..Math.Min(rest.Length, buffer.Length)].CopyTo(buffer);
                buffer = buffer[..Math.Min(rest.Length, buffer.Length)];
            }

            Given += buffer.Length;
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
