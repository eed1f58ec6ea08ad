using System.Globalization;
using Pipeline.Ui.Display;

namespace Pipeline.Ui.Tests.Display;

/// <summary>Times, durations and sizes as people read them.</summary>
public sealed class ReadableTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(-1, "just now")]
    [InlineData(1, "just now")]
    [InlineData(-1.999, "just now")]
    [InlineData(-2, "2 s ago")]
    [InlineData(2, "in 2 s")]
    [InlineData(-45, "45 s ago")]
    [InlineData(-59.9, "59 s ago")]
    [InlineData(-60, "1 min ago")]
    [InlineData(-840, "14 min ago")]
    [InlineData(-3_599, "59 min ago")]
    [InlineData(-3_600, "1 h ago")]
    [InlineData(-10_800, "3 h ago")]
    [InlineData(-86_399, "23 h ago")]
    [InlineData(-86_400, "1 d ago")]
    [InlineData(-200_000, "2 d ago")]
    [InlineData(-31_536_000, "365 d ago")]
    [InlineData(20, "in 20 s")]
    [InlineData(7_200, "in 2 h")]
    [InlineData(1_000_000, "in 11 d")]
    public void A_time_reads_relative_to_now(double seconds, string text) => Assert.Equal(text, Readable.Ago(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData(-5, "0.0 s")]
    [InlineData(0, "0.0 s")]
    [InlineData(0.42, "0.4 s")]
    [InlineData(9.9, "9.9 s")]
    [InlineData(10, "10 s")]
    [InlineData(12, "12 s")]
    [InlineData(59.9, "59 s")]
    [InlineData(60, "1:00")]
    [InlineData(72, "1:12")]
    [InlineData(3_599, "59:59")]
    [InlineData(3_600, "1 h 00")]
    [InlineData(11_040, "3 h 04")]
    [InlineData(86_399, "23 h 59")]
    [InlineData(86_400, "1 d 0 h")]
    [InlineData(190_800, "2 d 5 h")]
    [InlineData(194_400, "2 d 6 h")]
    public void A_duration_reads_short(double seconds, string text) => Assert.Equal(text, Readable.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_duration_needs_both_ends()
    {
        Assert.Equal("1:12", Readable.Duration(Now, Now.AddSeconds(72)));
        Assert.Null(Readable.Duration(null, Now));
        Assert.Null(Readable.Duration(Now, null));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KB")]
    [InlineData(1536, "1.5 KB")]
    [InlineData(1_048_576, "1.0 MB")]
    [InlineData(12_400_000, "11.8 MB")]
    [InlineData(1_073_741_824, "1.00 GB")]
    [InlineData(5_368_709_120, "5.00 GB")]
    public void A_size_carries_its_unit(long bytes, string text) => Assert.Equal(text, Readable.Bytes(bytes));

    [Fact]
    public void An_absolute_time_names_its_zone_wherever_it_was_made()
    {
        var kathmandu = new DateTimeOffset(2026, 3, 29, 17, 45, 1, TimeSpan.FromMinutes(345));

        Assert.Equal("2026-03-29 12:00:01 UTC", Readable.Absolute(kathmandu));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ar-SA")]
    [InlineData("hi-IN")]
    public void Numbers_do_not_depend_on_the_language_of_the_server(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.Equal("0.4 s", Readable.Duration(TimeSpan.FromSeconds(0.42)));
            Assert.Equal("1.5 KB", Readable.Bytes(1536));
            Assert.Equal("2026-03-29 12:00:00 UTC", Readable.Absolute(Now));
            Assert.Equal("2 tasks", Plural.Tasks(2));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(0, "0 tasks")]
    [InlineData(1, "1 task")]
    [InlineData(2, "2 tasks")]
    [InlineData(21, "21 tasks")]
    public void A_number_agrees_with_its_noun(int count, string text) => Assert.Equal(text, Plural.Tasks(count));

    [Fact]
    public void A_longer_time_never_reads_as_a_shorter_one()
    {
        var random = new Random(4711);
        for (var i = 0; i < 2_000; i++)
        {
            var shorter = random.NextDouble() * Math.Pow(10, random.Next(0, 8));
            var longer = shorter + random.NextDouble() * 1_000;
            Assert.True(
                Rank(Readable.Ago(Now.AddSeconds(-shorter), Now)) <= Rank(Readable.Ago(Now.AddSeconds(-longer), Now)),
                $"{shorter} s and {longer} s, seed 4711");
        }
    }

    /// <summary>Seconds that a relative time stands for, at least.</summary>
    private static long Rank(string text)
    {
        if (text == "just now")
            return 0;
        var parts = text.Split(' ');
        return long.Parse(parts[0], CultureInfo.InvariantCulture) * parts[1] switch { "s" => 1, "min" => 60, "h" => 3_600, _ => 86_400 };
    }
}
