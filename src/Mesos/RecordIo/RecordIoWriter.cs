using System.Buffers;
using System.Buffers.Text;

namespace Pipeline.Mesos.RecordIo;

/// <summary>Writes records into a RecordIO stream.</summary>
public static class RecordIoWriter
{
    /// <summary>Appends one record.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> record)
    {
        var head = output.GetSpan(16);
        Utf8Formatter.TryFormat(record.Length, head, out var written);
        head[written++] = (byte)'\n';
        output.Advance(written);
        output.Write(record);
    }
}
