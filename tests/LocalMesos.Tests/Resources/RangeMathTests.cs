using CsCheck;
using Pipeline.LocalMesos.Resources;

namespace Pipeline.LocalMesos.Tests.Resources;

/// <summary>Ranges behave as the sets of numbers that they stand for.</summary>
public sealed class RangeMathTests
{
    private const int Largest = 30;
    private static readonly Gen<List<(long From, long To)>> Ranges =
        Gen.Select(Gen.Long[0, Largest], Gen.Long[0, 6], (from, length) => (from, from + length)).List[0, 6];

    [Fact]
    public void A_union_has_the_numbers_of_both() => Gen.Select(Ranges, Ranges).Sample((a, b) =>
        Assert.Equal(Numbers(a).Union(Numbers(b)).Order(), Numbers(RangeMath.Union(a, b)).Order()));

    [Fact]
    public void A_difference_has_the_numbers_of_the_first_that_are_not_in_the_second() => Gen.Select(Ranges, Ranges).Sample((a, b) =>
    {
        var first = RangeMath.Union(a, []);
        Assert.Equal(Numbers(first).Except(Numbers(b)).Order(), Numbers(RangeMath.Subtract(first, b)).Order());
    });

    [Fact]
    public void A_union_is_sorted_disjoint_and_has_no_neighbours_left_apart() => Gen.Select(Ranges, Ranges).Sample((a, b) =>
    {
        var union = RangeMath.Union(a, b);
        for (var i = 1; i < union.Count; i++)
            Assert.True(union[i - 1].To + 1 < union[i].From, string.Join(' ', union));
    });

    [Fact]
    public void Union_does_not_depend_on_the_order() => Gen.Select(Ranges, Ranges).Sample((a, b) =>
        Assert.Equal(RangeMath.Union(a, b), RangeMath.Union(b, a)));

    [Theory]
    [InlineData(1, 9, 4, 6, "1-3 7-9")]
    [InlineData(1, 9, 1, 9, "")]
    [InlineData(1, 9, 0, 20, "")]
    [InlineData(1, 9, 9, 9, "1-8")]
    [InlineData(1, 9, 1, 1, "2-9")]
    [InlineData(1, 9, 10, 12, "1-9")]
    public void A_cut_leaves_what_is_outside(long from, long to, long cutFrom, long cutTo, string rest) =>
        Assert.Equal(rest, string.Join(' ', RangeMath.Subtract([(from, to)], [(cutFrom, cutTo)]).Select(r => $"{r.From}-{r.To}")));

    private static HashSet<long> Numbers(IEnumerable<(long From, long To)> ranges) =>
        [.. ranges.SelectMany(r => Enumerable.Range((int)r.From, (int)(r.To - r.From) + 1).Select(n => (long)n))];
}
