using System.Buffers;
using System.Text;
using CsCheck;
using Pipeline.TaskRunner.Build;

namespace Pipeline.TaskRunner.Tests;

public sealed class LogMaskTests
{
    [Fact]
    public void However_the_bytes_are_cut_the_masked_text_is_the_same_and_holds_no_secret() =>
        Gen.Select(
                Gen.String[Gen.Char["ab:"], 4, 9].List[1, 4],
                Gen.String[Gen.Char["ab:\n"], 0, 20].List[0, 6],
                Gen.Int[1, 7])
            .Sample((secrets, noise, size) =>
            {
                var text = string.Concat(noise.SelectMany((n, i) => new[] { n, secrets[i % secrets.Count] }));
                var whole = Mask(secrets, text, text.Length + 1);
                var cut = Mask(secrets, text, size);
                return whole == cut && secrets.All(s => !cut.Contains(s, StringComparison.Ordinal));
            });

    [Theory]
    [InlineData("line-one\nline-two", "x line-two y", "x *** y")]
    [InlineData("a\"b\\c", "{\"v\":\"a\\\"b\\\\c\"}", "{\"v\":\"***\"}")]
    [InlineData("pa ss", "pa%20ss", "***")]
    [InlineData("abc", "abc stays: it is too short", "abc stays: it is too short")]
    public void Each_form_in_which_tools_print_a_value_is_known(string secret, string text, string masked) =>
        Assert.Equal(masked, Mask([secret], text, 3));

    private static string Mask(IReadOnlyList<string> secrets, string text, int size)
    {
        var mask = new LogMask(secrets);
        var output = new ArrayBufferWriter<byte>();
        foreach (var chunk in Encoding.UTF8.GetBytes(text).Chunk(size))
            mask.Write(chunk, output);
        mask.Finish(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
