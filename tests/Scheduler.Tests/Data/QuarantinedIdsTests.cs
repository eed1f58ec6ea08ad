using System.Text.Json;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Tests.Data;

public sealed class QuarantinedIdsTests
{
    private readonly QuarantinedIds quarantined = new();

    [Fact]
    public void A_row_that_cannot_be_read_quarantines_its_request_and_the_others_are_read()
    {
        var read = quarantined.Read(["web:1", "api:x", "job:3"], r => r[..3],
            r => int.Parse(r[4..], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal([1, 3], read);
        var found = Assert.Single(quarantined.Found);
        Assert.Equal((QuarantineKind.Request, "api"), (found.Kind, found.SubjectId));
        Assert.Contains("request api cannot be read", found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_in_quarantine_is_not_even_decoded()
    {
        quarantined.Add(QuarantineKind.Agent, "a1");
        var read = quarantined.Read<string, string>(["a1"], QuarantineKind.Agent, r => r,
            _ => throw new InvalidOperationException("decoded"));
        Assert.Empty(read);
        Assert.Empty(quarantined.Found);
    }

    [Fact]
    public void A_request_that_a_later_row_quarantined_is_left_out_of_the_earlier_ones()
    {
        var earlier = quarantined.Read(["web", "api"], r => r, r => r);
        quarantined.Read<string, string>(["api"], r => r, _ => throw new JsonException("bad"));
        Assert.Equal(["web"], quarantined.Left(earlier, r => r));
    }

    [Fact]
    public void An_error_that_is_not_the_rows_ends_the_reading() => Assert.Throws<InvalidOperationException>(
        () => quarantined.Read<string, string>(["web"], r => r, _ => throw new InvalidOperationException("a bug")));
}
