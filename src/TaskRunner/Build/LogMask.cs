using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.TaskRunner.Build;

/// <summary>
/// Replaces secret values by <c>***</c> in a stream of bytes, also where a value lies across two chunks. Each value is known in the
/// forms in which tools print it: as it is, its lines, base64, URL-encoded, JSON-escaped.
/// </summary>
/// <remarks>Bytes that may be the beginning of a value are held back until the next bytes decide. Memory is the longest value.</remarks>
internal sealed class LogMask
{
    /// <summary>Shorter values would blacken half of every log; the definition refuses them.</summary>
    public const int ShortestValue = 4;

    private static readonly byte[] Stars = "***"u8.ToArray();
    private readonly byte[][][] byFirst = new byte[256][][];
    private readonly SearchValues<byte> firsts;
    private byte[] held = [];

    public LogMask(IReadOnlyList<string> values)
    {
        var patterns = values.SelectMany(FormsOf).Where(f => f.Length >= ShortestValue).Distinct()
            .Select(Encoding.UTF8.GetBytes).OrderByDescending(p => p.Length).ToList();
        foreach (var group in patterns.GroupBy(p => p[0]))
            byFirst[group.Key] = [.. group];
        firsts = SearchValues.Create([.. patterns.Select(p => p[0]).Distinct()]);
    }

    /// <summary>Masks a chunk; what it holds back comes with a later chunk or with <see cref="Finish"/>.</summary>
    public void Write(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        if (held.Length == 0)
        {
            held = Mask(chunk, output, final: false);
            return;
        }

        byte[] joined = [.. held, .. chunk];
        held = Mask(joined, output, final: false);
    }

    public void Finish(IBufferWriter<byte> output)
    {
        Mask(held, output, final: true);
        held = [];
    }

    private byte[] Mask(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output, bool final)
    {
        while (bytes.Length > 0)
        {
            var at = bytes.IndexOfAny(firsts);
            if (at < 0)
            {
                output.Write(bytes);
                return [];
            }

            output.Write(bytes[..at]);
            bytes = bytes[at..];
            var match = MatchAt(bytes, final, out var undecided);
            if (undecided)
                return bytes.ToArray();
            if (match > 0)
                output.Write(Stars);
            else
                output.Write(bytes[..1]);
            bytes = bytes[Math.Max(match, 1)..];
        }

        return [];
    }

    // Longest first: a value that is the beginning of another must not uncover the other's end.
    private int MatchAt(ReadOnlySpan<byte> bytes, bool final, out bool undecided)
    {
        undecided = false;
        foreach (var pattern in byFirst[bytes[0]])
        {
            if (bytes.StartsWith(pattern))
                return pattern.Length;
            if (!final && bytes.Length < pattern.Length && pattern.AsSpan().StartsWith(bytes))
            {
                undecided = true;
                return 0;
            }
        }

        return 0;
    }

    private static IEnumerable<string> FormsOf(string value)
    {
        if (value.Length < ShortestValue)
            yield break;
        yield return value;
        yield return value.TrimEnd('\r', '\n');
        foreach (var line in value.Split('\n'))
            yield return line.Trim();
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
        yield return base64;
        yield return base64.TrimEnd('=');
        yield return base64.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        yield return Uri.EscapeDataString(value);
        yield return JsonEncodedText.Encode(value).ToString();
        yield return JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
    }
}
