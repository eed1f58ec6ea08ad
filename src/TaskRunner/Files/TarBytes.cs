using System.Globalization;
using System.Text;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Files;

/// <summary>One entry of a tar.</summary>
/// <param name="Kind">The type flag: <c>0</c> a file, <c>5</c> a folder, <c>2</c> a symbolic link.</param>
/// <param name="Name">As <see cref="RawName"/> holds it.</param>
/// <param name="Target">Of a link, in the same form.</param>
/// <param name="Bytes">Of its content, which <see cref="TarBytes.Read"/> gives.</param>
internal sealed record TarItem(char Kind, string Name, string Target, bool IsExecutable, long Bytes);

/// <summary>
/// Reads a tar (ustar, with the longer names of pax and of GNU) with its names as the bytes they are. The reader of the BCL decodes them
/// as UTF-8 and so renames each file whose name is not.
/// </summary>
internal sealed class TarBytes(Stream stream)
{
    public const char File = '0';
    public const char Folder = '5';
    public const char Link = '2';
    private const int Block = 512;
    private const int MostHeaders = 16;
    private const long MostHeaderBytes = 1 << 20;
    private const long MostUnclaimedBytes = 64 << 20;
    private readonly byte[] block = new byte[Block];
    private long unread;
    private long padding;
    private long unclaimed;

    /// <exception cref="HostileArchiveException">It is no tar, or breaks off.</exception>
    /// <returns>Null at the end mark.</returns>
    public TarItem? Next()
    {
        string? name = null, target = null;
        long? bytes = null;
        for (var headers = 0; headers < MostHeaders; headers++)
        {
            SkipRest();
            stream.ReadExactly(block);
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
                return null;
            CheckSum();
            var (kind, size) = ((char)block[156], Number(block.AsSpan(124, 12)));
            switch (kind)
            {
                case 'g':
                    Announce(size);
                    break;
                case 'x':
                    foreach (var (key, value) in PaxOf(Content(size)))
                    {
                        name = key == "path" ? value : name;
                        target = key == "linkpath" ? value : target;
                        bytes = key == "size" ? long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) : bytes;
                    }

                    break;
                case 'L':
                    name = Text(Content(size));
                    break;
                case 'K':
                    target = Text(Content(size));
                    break;
                default:
                    Announce(bytes ?? size);
                    return ItemOf(kind, name ?? NameInHeader(), target ?? Text(block.AsSpan(157, 100)));
            }
        }

        throw new InvalidDataException("an entry with too many headers.");
    }

    /// <summary>The next bytes of the current entry; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        if (unread == 0)
            return 0;
        var read = stream.Read(buffer[..(int)Math.Min(buffer.Length, unread)]);
        unread -= read > 0 ? read : throw new EndOfStreamException("it ends in the middle of a file.");
        return read;
    }

    private TarItem ItemOf(char kind, string name, string target)
    {
        var plain = kind is '\0' or '7' ? File : kind;
        return new TarItem(
            plain == File && name.EndsWith('/') ? Folder : plain, name, target, (Number(block.AsSpan(100, 8)) & 0b001_001_001) != 0,
            unread);
    }

    private string NameInHeader()
    {
        var isPosix = block.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        var (name, prefix) = (Text(block.AsSpan(0, 100)), isPosix ? Text(block.AsSpan(345, 155)) : "");
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private void Announce(long size)
    {
        if (size < 0)
            throw new InvalidDataException("a size below zero.");
        (unread, padding) = (size, (Block - (size % Block)) % Block);
    }

    private byte[] Content(long size)
    {
        Announce(size <= MostHeaderBytes ? size : throw new InvalidDataException("a header of more than 1 MiB."));
        var content = new byte[size];
        stream.ReadExactly(content);
        unread = 0;
        return content;
    }

    // What is left of a file whose content was read is its padding; anything more belongs to no file.
    private void SkipRest()
    {
        unclaimed += Math.Min(unread, MostUnclaimedBytes + 1);
        if (unclaimed > MostUnclaimedBytes)
            throw new InvalidDataException("more than 64 MiB that belong to no file.");
        var bytes = unread + padding;
        Span<byte> rest = stackalloc byte[Block * 8];
        while (bytes > 0)
        {
            var part = rest[..(int)Math.Min(rest.Length, bytes)];
            stream.ReadExactly(part);
            bytes -= part.Length;
        }

        (unread, padding) = (0, 0);
    }

    private void CheckSum()
    {
        var sum = 0;
        for (var i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? ' ' : block[i];
        if (sum != Number(block.AsSpan(148, 8)))
            throw new InvalidDataException("a header whose sum is wrong.");
    }

    // Octal digits, or, with the first bit set, a number of base 256 (GNU).
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            long value = field[0] & 0x7f;
            foreach (var part in field[1..])
                value = checked((value * 256) + part);
            return value;
        }

        var digits = Text(field).Trim(' ');
        return digits.Length == 0 ? 0 : Convert.ToInt64(digits, 8);
    }

    // "27 path=a name\n": the length counts itself.
    private static List<(string Key, string Value)> PaxOf(byte[] content)
    {
        var records = new List<(string, string)>();
        for (var at = 0; at < content.Length;)
        {
            var space = Array.IndexOf(content, (byte)' ', at);
            if (space < 0)
                throw new InvalidDataException("a pax header that is none.");
            var length = int.Parse(Encoding.Latin1.GetString(content, at, space - at), NumberStyles.None, CultureInfo.InvariantCulture);
            if (length <= space - at || length > content.Length - at || content[at + length - 1] != '\n')
                throw new InvalidDataException("a pax header that is none.");
            var record = RawName.Of(content.AsSpan(space + 1, at + length - space - 2));
            var equals = record.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new InvalidDataException("a pax header that is none.");
            records.Add((record[..equals], record[(equals + 1)..]));
            at += length;
        }

        return records;
    }

    private static string Text(ReadOnlySpan<byte> field) =>
        RawName.Of(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);
}
