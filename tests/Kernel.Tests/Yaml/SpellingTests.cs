using CsCheck;
using Pipeline.Kernel.Yaml;

namespace Pipeline.Kernel.Tests.Yaml;

public sealed class SpellingTests
{
    private static readonly Gen<string> Words = Gen.String[Gen.Char['a', 'c'], 0, 6];

    [Fact]
    public void A_distance_is_nothing_only_to_the_word_itself_and_the_same_both_ways() => Gen.Select(Words, Words).Sample((a, b) =>
        Spelling.Distance(a, b) == Spelling.Distance(b, a)
        && Spelling.Distance(a, b) == 0 == (a == b)
        && (Math.Abs(a.Length - b.Length) > 3
            ? Spelling.Distance(a, b) == int.MaxValue
            : Spelling.Distance(a, b) >= Math.Abs(a.Length - b.Length) && Spelling.Distance(a, b) <= Math.Max(a.Length, b.Length)));

    [Fact]
    public void One_edit_is_one_and_a_detour_is_never_shorter() => Gen.Select(Words, Words, Gen.Int[0, 6], Gen.Char['a', 'c']).Sample(
        (a, b, at, letter) =>
        {
            var i = Math.Min(at, a.Length);
            var inserted = a.Insert(i, letter.ToString());
            return Spelling.Distance(a, inserted) == 1
                && (Spelling.Distance(a, b) == int.MaxValue || Spelling.Distance(inserted, b) == int.MaxValue
                    || Math.Abs(Spelling.Distance(a, b) - Spelling.Distance(inserted, b)) <= 1);
        });

    [Theory]
    [InlineData("stagez", "stages")] // 'stage' is one edit away as well, but later
    [InlineData("stag", "stage")]
    [InlineData("Steps", "steps")]
    [InlineData("pathology", null)]
    [InlineData("", null)]
    public void The_first_of_the_nearest_words_is_meant(string word, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(word, ["stages", "stage", "steps"], k => k.Length / 2));

    [Fact]
    public void How_far_a_word_may_be_is_asked_for_each_known_word()
    {
        Assert.Equal("abcdefgh", Spelling.Nearest("abxdefgx", ["ab", "abcdefgh"], k => k.Length / 4));
        Assert.Null(Spelling.Nearest("abxxefgx", ["ab", "abcdefgh"], k => k.Length / 4));
        Assert.Null(Spelling.Nearest("a", [], _ => 9));
    }
}
