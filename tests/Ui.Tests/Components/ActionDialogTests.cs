using Bunit;
using MudBlazor;
using Pipeline.Kernel;
using Pipeline.Ui.Actions;
using Pipeline.Ui.Components.Actions;

namespace Pipeline.Ui.Tests.Components;

/// <summary>What a dialog asks for reaches the command, and nothing happens before it is complete.</summary>
public sealed class ActionDialogTests : UiTest
{
    private ActionInput? given;

    [Fact]
    public async Task A_dialog_without_questions_asks_for_a_reason_only()
    {
        var (buttons, dialogs, clicked) = await ClickAsync(new ActionQuestions());

        Assert.Equal("It happens.", dialogs.Find("p").TextContent);
        Assert.Empty(
            dialogs.FindAll(
                "[data-testid=duration], [data-testid=instances], [data-testid=level], [data-testid=name], [data-testid=choice]"));
        await dialogs.Find("[data-testid=reason]").InputAsync(new() { Value = "  new disk  " });
        await ConfirmAsync(dialogs, clicked);

        Assert.Equal("new disk", given!.Note);
        Assert.Null(given.Duration);
        Assert.Equal("Done.", buttons.Find("[data-testid=answer]").TextContent);
        Assert.Equal("status", buttons.Find("[data-testid=answer]").GetAttribute("role"));
    }

    [Fact]
    public async Task Every_answer_reaches_the_command()
    {
        var (_, dialogs, clicked) = await ClickAsync(new ActionQuestions
        {
            Duration = true, KillAtExpiry = true, Instances = 2, Level = 0.5m, Options = ["first", "second"], Arguments = true,
            CheckBox = "Really",
        });

        await dialogs.Find("[data-testid=instances]").InputAsync(new() { Value = "7" });
        await dialogs.Find("[data-testid=level]").InputAsync(new() { Value = "0.75" });
        await dialogs.Find("[data-testid=option]").ChangeAsync(new() { Value = "1" });
        await dialogs.Find("[data-testid=arguments]").ChangeAsync(new() { Value = " --once \n\n--fast" });
        await dialogs.Find("[data-testid=duration]").ChangeAsync(new() { Value = "3600" });
        await dialogs.Find("[data-testid=at-end]").ChangeAsync(new() { Value = "kill" });
        await dialogs.Find("[data-testid=choice]").ChangeAsync(new() { Value = true });
        await ConfirmAsync(dialogs, clicked);

        Assert.Equal((7, 0.75m, 1), (given!.Instances, given.Level, given.Option));
        Assert.Equal(["--once", "--fast"], given.Arguments);
        Assert.Equal((TimeSpan.FromHours(1), true, true), (given.Duration, given.KillAtExpiry, given.IsChecked));
        Assert.Null(given.Note);
    }

    [Fact]
    public async Task What_never_expires_kills_nothing_at_its_end()
    {
        var (_, dialogs, clicked) = await ClickAsync(new ActionQuestions { Duration = true, KillAtExpiry = true });

        Assert.Empty(dialogs.FindAll("[data-testid=at-end]"));
        await ConfirmAsync(dialogs, clicked);

        Assert.Equal((null, false), (given!.Duration, given.KillAtExpiry));
    }

    [Fact]
    public async Task A_dialog_that_is_closed_changes_nothing()
    {
        var (_, dialogs, clicked) = await ClickAsync(new ActionQuestions());

        await dialogs.FindAll("button").First(b => b.TextContent == "Close").ClickAsync(new());
        await clicked;

        Assert.Null(given);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("host-2", false)]
    [InlineData("host-1", true)]
    [InlineData(" host-1 ", true)]
    public async Task The_name_has_to_be_repeated_exactly(string typed, bool isComplete)
    {
        var (_, dialogs, _) = await ClickAsync(new ActionQuestions { NameToRepeat = "host-1" });

        await dialogs.Find("[data-testid=name]").InputAsync(new() { Value = typed });

        Assert.Equal(!isComplete, dialogs.Find("[data-testid=confirm]").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("1", true)]
    [InlineData("1.01", false)]
    [InlineData("-0.1", false)]
    public async Task A_level_is_between_0_and_1(string typed, bool isComplete)
    {
        var (_, dialogs, _) = await ClickAsync(new ActionQuestions { Level = 0.5m });

        await dialogs.Find("[data-testid=level]").InputAsync(new() { Value = typed });

        Assert.Equal(!isComplete, dialogs.Find("[data-testid=confirm]").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("   ", false)]
    [InlineData("errors doubled", true)]
    public async Task A_required_reason_is_more_than_blanks(string typed, bool isComplete)
    {
        var (_, dialogs, _) = await ClickAsync(new ActionQuestions { RequiresNote = true });

        await dialogs.Find("[data-testid=reason]").InputAsync(new() { Value = typed });

        Assert.Equal(!isComplete, dialogs.Find("[data-testid=confirm]").HasAttribute("disabled"));
        Assert.Contains("(required)", dialogs.Find("label[for=note]").TextContent, StringComparison.Ordinal);
    }

    private async Task<(IRenderedComponent<PageActionButtons> Buttons, IRenderedComponent<MudDialogProvider> Dialogs, Task Clicked)> ClickAsync(
        ActionQuestions questions)
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var action = new PageAction("Test", "It happens.", (_, input, _) =>
        {
            given = input;
            return Task.FromResult(new ActionResult(true, "Done."));
        }) { Questions = questions };
        var dialogs = Open<MudDialogProvider>();
        var buttons = Open<PageActionButtons>(p => p.Add(b => b.Label, "object").Add(b => b.Actions, [action]));
        await buttons.WaitForAssertionAsync(() => Assert.False(buttons.Find("[data-testid=test]").HasAttribute("disabled")));
        var clicked = buttons.Find("[data-testid=test]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=confirm]"));
        return (buttons, dialogs, clicked);
    }

    private static async Task ConfirmAsync(IRenderedComponent<MudDialogProvider> dialogs, Task clicked)
    {
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        await clicked;
    }
}
