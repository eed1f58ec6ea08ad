using CsCheck;
using Pipeline.People.Core;

namespace Pipeline.People.Tests;

public sealed class TokenTextTests
{
    [Fact]
    public void Texts_are_well_formed_and_never_the_same()
    {
        var texts = Enumerable.Range(0, 500).Select(_ => TokenText.Create()).ToList();

        Assert.All(texts, t => Assert.True(TokenText.IsWellFormed(t), t));
        Assert.All(texts, t => Assert.Matches("^plt_[A-Za-z0-9_-]{43}[0-9a-f]{6}$", t));
        Assert.Equal(500, texts.Distinct().Count());
    }

    [Fact]
    public void One_changed_character_anywhere_is_noticed_without_asking_the_database()
    {
        var text = TokenText.Create();
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char["ABCxyz019_-"]).Sample((at, c) =>
            text[at] == c || !TokenText.IsWellFormed(text[..at] + c + text[(at + 1)..]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plt_")]
    public void A_text_of_another_length_is_no_token(string text)
    {
        Assert.False(TokenText.IsWellFormed(text));
        Assert.False(TokenText.IsWellFormed(TokenText.Create() + "0"));
        Assert.False(TokenText.IsWellFormed(TokenText.Create()[..^1]));
    }

    [Fact]
    public void Hashes_differ_as_the_texts_do()
    {
        var text = TokenText.Create();
        Assert.Equal(TokenText.Hash(text), TokenText.Hash(text));
        Assert.Equal(32, TokenText.Hash(text).Length);
        Assert.NotEqual(TokenText.Hash(text), TokenText.Hash(TokenText.Create()));
    }
}
