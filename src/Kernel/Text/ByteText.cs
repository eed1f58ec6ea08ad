using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipeline.Kernel.Text;

/// <summary>
/// The one place where bytes become text, and where text is cut. Git, definitions and names of files are bytes; what is no UTF-8 is decoded
/// by what it says of itself, shown with its bytes, or refused by the caller, and never replaced without a word.
/// </summary>
/// <remarks>Compiled into TaskRunner too, which references none of our libraries.</remarks>
public static class ByteText
{
    private const int Windows = 1252;

    /// <summary>Where the first byte stands that is not part of UTF-8; null when all are.</summary>
    public static int? FirstNotUtf8(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) != OperationStatus.Done)
                return at;
            at += length;
        }

        return null;
    }

    /// <summary>As people read it in a message: UTF-8 as it is; other bytes, and characters that would move the cursor, as
    /// <c>\xE9</c>.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var shown = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            var whole = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done && !Rune.IsControl(rune);
            if (whole)
                shown.Append(rune.ToString());
            else
            {
                foreach (var value in bytes[..length])
                    shown.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
            }

            bytes = bytes[length..];
        }

        return shown.ToString();
    }

    /// <summary>
    /// A text of git: by the encoding that it names, when there is one of that name and the bytes are of it; else UTF-8, with each byte
    /// that is not UTF-8 read as Windows-1252, which is what undeclared bytes nearly always are. A NUL, which no row takes, becomes U+FFFD.
    /// </summary>
    /// <param name="bytes">As they stand in the object.</param>
    /// <param name="encoding">What its header <c>encoding</c> says; null when it has none.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, string? encoding)
    {
        var text = encoding is null || EncodingOf(encoding) is not { } named || Strict(named, bytes) is not { } decoded
            ? Mixed(bytes)
            : decoded;
        return text.Replace('\0', '\uFFFD');
    }

    /// <summary>The beginning of a text, at most so many UTF-16 units: never half a character as people see one (a pair of surrogates, a
    /// letter with its accents, an emoji made of several).</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        var end = 0;
        while (end + StringInfo.GetNextTextElementLength(text.AsSpan(end)) is var next && next <= length)
            end = next;
        // A single character of thousands of accents fits nowhere: its first code points must do.
        if (end == 0 && length > 0)
            end = char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return text[..end];
    }

    /// <summary>A text of ours that may quote anything, as a row takes it: each NUL and each half of a pair of surrogates becomes
    /// U+FFFD.</summary>
    public static string Storable(string text)
    {
        var storable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            storable.Append((rune.Value == 0 ? Rune.ReplacementChar : rune).ToString());
        return storable.ToString();
    }

    private static string Mixed(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            var good = FirstNotUtf8(bytes) ?? bytes.Length;
            text.Append(Encoding.UTF8.GetString(bytes[..good]));
            if (good < bytes.Length)
                text.Append(CodePagesEncodingProvider.Instance.GetEncoding(Windows)!.GetString(bytes.Slice(good++, 1)));
            bytes = bytes[good..];
        }

        return text.ToString();
    }

    private static string? Strict(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        try
        {
            return strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // Git takes the names of iconv, which knows more spellings than .NET.
    private static Encoding? EncodingOf(string name)
    {
        var plain = name.Trim().ToLowerInvariant();
        plain = plain switch
        {
            "utf8" => "utf-8",
            "sjis" => "shift_jis",
            _ when plain.StartsWith("iso8859-", StringComparison.Ordinal) => $"iso-{plain[3..]}",
            _ when plain.StartsWith("cp", StringComparison.Ordinal) => plain[2..],
            _ => plain,
        };
        try
        {
            var found = int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var page)
                ? CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page)
                : CodePagesEncodingProvider.Instance.GetEncoding(plain) ?? Encoding.GetEncoding(plain);
            // Git takes no text of two or four bytes a character: it would hold NULs. Who says so has put it into others.
            return found.CodePage is 1200 or 1201 or 12000 or 12001 ? null : found;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
