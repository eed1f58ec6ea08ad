using System.Buffers;
using System.Text;
using Pipeline.TaskRunner.Build;

namespace Pipeline.TaskRunner.Tests.Build;

/// <summary>What is held back between two chunks, and when it comes out.</summary>
public sealed class LogMaskChunkTests
{
    private readonly ArrayBufferWriter<byte> output = new();

    [Fact]
    public void The_beginning_of_a_secret_is_held_back_until_the_next_bytes_decide()
    {
        var mask = new LogMask(["secret"]);
        Write(mask, "a sec");
        Assert.Equal("a ", Output);
        Write(mask, "ond");
        Assert.Equal("a second", Output);
        Write(mask, " sec");
        Write(mask, "ret");
        Assert.Equal("a second ***", Output);
    }

    [Fact]
    public void What_is_held_back_at_the_end_comes_out_with_the_end_and_only_once()
    {
        var mask = new LogMask(["secret"]);
        Write(mask, "secre");
        Assert.Equal("", Output);
        mask.Finish(output);
        mask.Finish(output);
        Assert.Equal("secre", Output);
    }

    [Fact]
    public void A_value_that_begins_another_does_not_uncover_the_others_end()
    {
        var mask = new LogMask(["pass", "password"]);
        Write(mask, "pass");
        Assert.Equal("", Output);
        Write(mask, "word pass ");
        Assert.Equal("*** *** ", Output);
    }

    [Fact]
    public void A_secret_after_a_false_start_is_found()
    {
        var mask = new LogMask(["aab1"]);
        Write(mask, "aaab1");
        mask.Finish(output);
        Assert.Equal("a***", Output);
    }

    [Theory]
    [InlineData("p@ss word", "cEBzcyB3b3Jk")]
    [InlineData("ab?>~~", "YWI/Pn5+")]
    [InlineData("ab?>~~", "YWI_Pn5-")]
    [InlineData("four5", "Zm91cjU=")]
    [InlineData("four5", "Zm91cjU")]
    [InlineData("a/b c&d", "a%2Fb%20c%26d")]
    [InlineData("tab\there", "tab\\there")]
    [InlineData("<tag>", "\\u003Ctag\\u003E")]
    [InlineData("line1\r\nline2\n", "line1")]
    [InlineData("last\n", "last")]
    public void Every_form_of_a_secret_is_masked_byte_by_byte(string secret, string printed)
    {
        var mask = new LogMask([secret]);
        foreach (var b in Encoding.UTF8.GetBytes($"[{printed}]"))
            mask.Write([b], output);
        mask.Finish(output);
        Assert.Equal("[***]", Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    public void What_is_too_short_is_not_masked_and_no_secret_masks_nothing(string secret)
    {
        var mask = new LogMask(secret.Length == 0 ? [] : [secret]);
        Write(mask, "abc abc");
        mask.Finish(output);
        Assert.Equal("abc abc", Output);
    }

    [Fact]
    public void Bytes_that_are_no_text_pass_unchanged()
    {
        var mask = new LogMask(["secret"]);
        byte[] bytes = [0, 255, 128, 10, .. "secret"u8, 200];
        mask.Write(bytes, output);
        mask.Finish(output);
        Assert.Equal([0, 255, 128, 10, .. "***"u8, 200], output.WrittenSpan.ToArray());
    }

    private string Output => Encoding.UTF8.GetString(output.WrittenSpan);

    private void Write(LogMask mask, string text) => mask.Write(Encoding.UTF8.GetBytes(text), output);
}
