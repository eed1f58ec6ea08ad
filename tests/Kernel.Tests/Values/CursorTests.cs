using System.Buffers.Text;
using System.Globalization;
using System.Text;
using CsCheck;
using Pipeline.Kernel.Paging;

namespace Pipeline.Kernel.Tests.Values;

public sealed class CursorTests
{
    private static readonly Guid Id = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly long LastTick = DateTimeOffset.MaxValue.UtcTicks;

    [Fact]
    public void A_cursor_over_ids_comes_back_whatever_zone_its_time_was_given_in() =>
        Gen.Select(Gen.DateTime[new DateTime(1, 1, 2), new DateTime(9999, 12, 30)], Gen.Int[-14, 14], Gen.Guid).Sample((at, hours, id) =>
        {
            var cursor = new Cursor(new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Unspecified), TimeSpan.FromHours(hours)), id);
            var read = Cursor.TryParse(cursor.ToString());
            return read == cursor && read!.At.Offset == TimeSpan.Zero;
        });

    public static TheoryData<long, string> Ours => new()
    {
        { 0, "x" }, { 1, "" }, { LastTick, "x" }, { 638_000_000_000_000_000, "a|b" }, { 5, "|" }, { 5, "ünï/+=" },
    };

    [Theory]
    [MemberData(nameof(Ours))]
    public void The_edges_of_time_and_a_bar_in_the_id_are_read(long ticks, string id) => Assert.Equal(
        (new DateTimeOffset(ticks, TimeSpan.Zero), id), CursorText.TryRead(CursorText.Write(new DateTimeOffset(ticks, TimeSpan.Zero), id)));

    public static TheoryData<string> Others => new(
        $"{LastTick + 1}|x", $"{long.MaxValue}|x", "-1|x", "+5|x", " 5|x", "5 |x", "05|x", "5,0|x", "|x", "5", "", "x|5", "٥|x", "5|a\0b");

    [Theory]
    [MemberData(nameof(Others))]
    public void A_text_that_we_would_not_have_written_is_no_cursor(string decoded) =>
        Assert.Null(CursorText.TryRead(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(decoded))));

    [Fact]
    public void A_cursor_with_anything_around_it_or_bytes_that_are_no_text_is_none()
    {
        var text = CursorText.Write(DateTimeOffset.UnixEpoch, "x");

        Assert.NotNull(CursorText.TryRead(text));
        foreach (var other in new[] { $" {text}", $"{text} ", $"{text}\n", $"{text}=", text[..^1], $"{text[..4]} {text[4..]}", $"{text}%" })
            Assert.Null(CursorText.TryRead(other));
        Assert.Null(CursorText.TryRead(Base64Url.EncodeToString([.. "5|"u8, 0xFF])));
    }

    [Theory]
    [InlineData("D")]
    [InlineData("B")]
    [InlineData("P")]
    public void An_id_of_another_form_is_none_of_ours(string form)
    {
        Assert.Null(Cursor.TryParse(CursorText.Write(DateTimeOffset.UnixEpoch, Id.ToString(form, CultureInfo.InvariantCulture))));
        Assert.NotNull(Cursor.TryParse(CursorText.Write(DateTimeOffset.UnixEpoch, Id.ToString("N", CultureInfo.InvariantCulture))));
    }
}
