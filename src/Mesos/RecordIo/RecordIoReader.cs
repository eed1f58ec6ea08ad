namespace Pipeline.Mesos.RecordIo;

/// <summary>
/// Splits a RecordIO stream into records: decimal length, newline, that many bytes. Bytes may be fed in pieces of any size; the
/// chunks of HTTP have no meaning here.
/// </summary>
public sealed class RecordIoReader
{
    /// <summary>The largest real records are offers of thousands of agents; a longer one is an error.</summary>
    public const int DefaultMaxRecordBytes = 64 * 1024 * 1024;

    private const int MaxDigits = 10;
    private const int SmallBuffer = 64 * 1024;
    private const int LargestKept = 4 * 1024 * 1024;
    private readonly int maxRecordBytes;
    private byte[] buffer = new byte[SmallBuffer];
    private int start;
    private int end;
    private int? length;

    /// <param name="maxRecordBytes">A longer record is an error.</param>
    public RecordIoReader(int maxRecordBytes = DefaultMaxRecordBytes) => this.maxRecordBytes = maxRecordBytes;

    /// <summary>Bytes that are held but do not make a whole record yet.</summary>
    public int Pending => end - start;

    /// <summary>Bytes of memory that are held.</summary>
    public int Capacity => buffer.Length;

    /// <summary>Adds the next bytes of the stream.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(end));
        end += bytes.Length;
    }

    /// <summary>The next whole record; it is valid until the next <see cref="Feed"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are no RecordIO: the connection is dead.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> record)
    {
        record = default;
        if (length is null && !TryReadLength())
            return false;
        if (Pending < length!.Value)
            return false;
        record = buffer.AsMemory(start, length.Value);
        start += length.Value;
        length = null;
        return true;
    }

    private bool TryReadLength()
    {
        var held = buffer.AsSpan(start, Pending);
        var newline = held.IndexOf((byte)'\n');
        var digits = newline < 0 ? held : held[..newline];
        var value = Number(digits);
        if (newline < 0)
            return false;
        if (digits.Length == 0)
            throw new InvalidDataException("RecordIO: a record's length is missing.");
        length = (int)value;
        start += newline + 1;
        return true;
    }

    private long Number(ReadOnlySpan<byte> digits)
    {
        if (digits.Length > MaxDigits)
            throw new InvalidDataException($"RecordIO: no end of the length after {MaxDigits} digits.");
        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                throw new InvalidDataException($"RecordIO: byte 0x{digit:x2} where a digit of the length was expected.");
            value = (value * 10) + (digit - '0');
        }

        return value <= maxRecordBytes
            ? value
            : throw new InvalidDataException($"RecordIO: a record of {value} bytes is longer than the {maxRecordBytes} that are accepted.");
    }

    private void MakeRoom(int bytes)
    {
        // One huge record must not hold its memory for the months that a stream lasts.
        if (Pending == 0 && buffer.Length > LargestKept && bytes <= SmallBuffer)
            (buffer, start, end) = (new byte[SmallBuffer], 0, 0);
        if (buffer.Length - end >= bytes)
            return;
        var needed = Pending + bytes;
        var target = needed > buffer.Length ? new byte[Math.Max(needed, buffer.Length * 2)] : buffer;
        Buffer.BlockCopy(buffer, start, target, 0, Pending);
        (buffer, start, end) = (target, 0, Pending);
    }
}
