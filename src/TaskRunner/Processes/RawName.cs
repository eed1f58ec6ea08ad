using System.Text;
using Pipeline.Kernel.Text;

namespace Pipeline.TaskRunner.Processes;

/// <summary>A name of a file as the disk has it: bytes, held as a text of one character a byte. It may be no UTF-8 at all.</summary>
internal static class RawName
{
    public static string Of(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>The text that the bytes are; null when they are not UTF-8.</summary>
    public static string? TextOf(string raw)
    {
        var bytes = Encoding.Latin1.GetBytes(raw);
        return ByteText.FirstNotUtf8(bytes) is null ? Encoding.UTF8.GetString(bytes) : null;
    }

    /// <summary>As a message names it.</summary>
    public static string Show(string raw) => ByteText.Show(Encoding.Latin1.GetBytes(raw));
}
