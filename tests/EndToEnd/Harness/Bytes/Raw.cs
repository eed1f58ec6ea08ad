using System.Text;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>
/// Bytes written as text: what is no UTF-8 stands as <c>\uDC80</c> to <c>\uDCFF</c>, one for each byte (as Python's surrogateescape), so
/// that a name in Latin-1 is <c>"caf\uDCE9"</c>.
/// </summary>
public static class Raw
{
    public static byte[] Bytes(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is >= '\uDC80' and <= '\uDCFF' && (i == 0 || !char.IsHighSurrogate(text[i - 1])))
            {
                bytes.Add((byte)(text[i] - 0xDC00));
                continue;
            }

            var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
            i += length - 1;
        }

        return [.. bytes];
    }

    /// <summary>The way back.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
                text.Append(rune.ToString());
            else
            {
                foreach (var value in bytes[..length])
                    text.Append((char)(0xDC00 + value));
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }
}
