using System.Runtime.CompilerServices;
using Pipeline.Kernel.Yaml;

namespace Pipeline.Kernel.Tests.Yaml;

public sealed class DefinitionProblemsTests
{
    [Fact]
    public void Problems_are_given_by_line_and_column_and_each_once()
    {
        var problems = new DefinitionProblems("f");
        Assert.False(problems.Any);
        problems.Add(2, 1, "second");
        problems.Add(1, 9, "first, later");
        problems.Add(new YamlScalar("x", true, 1, 2), "first", "hint");
        problems.Add(2, 1, "second");

        Assert.True(problems.Any);
        Assert.Equal(["f:1:2: first (hint)", "f:1:9: first, later", "f:2:1: second"], problems.ToList().Select(p => p.ToString()));
    }

    [Fact]
    public void A_flood_is_cut_after_a_hundred_and_says_so()
    {
        var problems = new DefinitionProblems("f");
        for (var line = 1; line <= 100; line++)
            problems.Add(line, 1, "wrong");
        Assert.Equal(100, problems.ToList().Count);

        problems.Add(101, 1, "wrong");

        Assert.Equal("f:100:1: 1 more problem is not shown. (Repair these first.)", problems.ToList()[^1].ToString());
        problems.Add(102, 1, "wrong");
        Assert.Equal("f:100:1: 2 more problems are not shown. (Repair these first.)", problems.ToList()[^1].ToString());
        Assert.Equal(101, problems.ToList().Count);
    }

    [Fact]
    public void The_same_problem_a_hundred_times_over_is_one_and_hides_nothing()
    {
        var problems = new DefinitionProblems("f");
        for (var i = 0; i < 101; i++)
            problems.Add(1, 1, "wrong");

        Assert.Equal(["f:1:1: wrong"], problems.ToList().Select(p => p.ToString()));
    }

    [Fact]
    public void What_is_beyond_the_hundred_is_counted_once_too()
    {
        var problems = new DefinitionProblems("f");
        for (var i = 0; i < 300; i++)
            problems.Add((i % 150) + 1, 1, "wrong");

        Assert.StartsWith("50 more problems", problems.ToList()[^1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, 1000, 'x')]
    [InlineData(1001, 1000, '…')]
    [InlineData(1_000_000, 1000, '…')]
    public void A_message_that_quotes_a_huge_value_is_cut(int length, int shown, char last)
    {
        var problems = new DefinitionProblems("f");
        problems.Add(1, 1, new string('x', length), new string('x', length));

        var problem = Assert.Single(problems.ToList());
        Assert.Equal((shown, shown), (problem.Message.Length, problem.Hint!.Length));
        Assert.Equal((last, last), (problem.Message[^1], problem.Hint[^1]));
    }

    [Fact]
    public void A_message_is_not_cut_through_a_character()
    {
        var problems = new DefinitionProblems("f");
        problems.Add(1, 1, new string('x', 998) + "😀y");

        Assert.Equal(new string('x', 998) + "…", problems.ToList()[0].Message);
    }

    [Fact]
    public void Many_mistakes_about_a_huge_value_keep_none_of_it()
    {
        var problems = new DefinitionProblems("f");
        var messages = Flood(problems);
        GC.Collect();

        Assert.DoesNotContain(messages, m => m.IsAlive);
        Assert.StartsWith("100 more problems", problems.ToList()[^1].Message, StringComparison.Ordinal);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // so that nothing on the stack holds a message
    private static List<WeakReference> Flood(DefinitionProblems problems) => [.. Enumerable.Range(1, 200).Select(line =>
    {
        var message = new string('x', 100_000);
        problems.Add(line, 1, message);
        return new WeakReference(message);
    })];

    [Theory]
    [InlineData("steps", "steps", 0)]
    [InlineData("stepz", "steps", 1)]
    [InlineData("step", "steps", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("a", "abcde", int.MaxValue)]
    public void The_distance_of_two_words_counts_single_edits(string one, string other, int edits)
    {
        Assert.Equal(edits, Spelling.Distance(one, other));
        Assert.Equal(edits, Spelling.Distance(other, one));
    }

    [Fact]
    public void The_nearest_word_is_given_when_it_is_near_enough()
    {
        Assert.Equal("steps", Spelling.Nearest("stepz", ["path", "steps", "stages"], _ => 2));
        Assert.Null(Spelling.Nearest("stepz", ["path", "steps", "stages"], _ => 0));
    }
}
