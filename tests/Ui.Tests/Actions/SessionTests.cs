using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Kernel;
using Pipeline.People.Contract;
using Pipeline.Ui.Actions;
using Pipeline.Ui.Actions.Sessions;
using Pipeline.Ui.Layout;

namespace Pipeline.Ui.Tests.Actions;

/// <summary>Pages that stay open longer than the session behind them.</summary>
public sealed class SessionTests : UiTest
{
    private static readonly PageAction Nothing = new("Test", "Nothing happens.", (_, _, _) => Task.FromResult(new ActionResult(true,
        "Done.")));

    [Fact]
    public async Task A_revoked_session_signs_its_open_circuit_out_by_itself()
    {
        var token = await SignInAsync("maria", [Permission.View]);
        using var provider = new SessionStateProvider(Service<SessionQueries>(), NullLoggerFactory.Instance, TimeSpan.FromMilliseconds(50));
        var signedOut = new TaskCompletionSource<AuthenticationState>(TaskCreationOptions.RunContinuationsAsynchronously);
        provider.AuthenticationStateChanged += async state =>
        {
            if ((await state).User.Identity?.IsAuthenticated != true)
                signedOut.TrySetResult(await state);
        };
        provider.SetAuthenticationState(Task.FromResult(new AuthenticationState(Principal(token))));

        await RevokeAsync(token);

        await signedOut.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        Assert.NotEqual(true, (await provider.GetAuthenticationStateAsync()).User.Identity?.IsAuthenticated);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_signs_nobody_out()
    {
        var token = await SignInAsync("maria", [Permission.View]);
        await ExecuteAsync("ALTER TABLE identity.token RENAME TO gone");
        using var provider = new SessionStateProvider(Service<SessionQueries>(), NullLoggerFactory.Instance, TimeSpan.FromDays(1));

        Assert.True(await provider.IsStillValidAsync(new AuthenticationState(Principal(token)), Ct));

        await ExecuteAsync("ALTER TABLE identity.gone RENAME TO token");
        Assert.True(await provider.IsStillValidAsync(new AuthenticationState(Principal(token)), Ct));
        await RevokeAsync(token);
        Assert.False(await provider.IsStillValidAsync(new AuthenticationState(Principal(token)), Ct));
    }

    [Fact]
    public void A_revoked_session_reads_on_for_half_a_minute_at_most() =>
        Assert.InRange(SessionStateProvider.DefaultInterval, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    [Fact]
    public async Task A_page_whose_session_ended_shows_nothing_more_than_that()
    {
        await SignInAsync("maria", [Permission.View]);
        Person.SetAuthorized("maria");
        RenderFragment body = b => b.AddMarkupContent(0, "<p id=\"secret\">release 7</p>");
        var page = Open<MainLayout>(p => p.Add(l => l.Body, body));
        await page.WaitForAssertionAsync(() => Assert.True(page.FindAll("#secret").Count == 1, page.Markup));

        Person.SetNotAuthorized();

        await page.WaitForAssertionAsync(() => Assert.Contains("Your session has ended",
            page.Find("[data-testid=session-ended]").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("#secret"));
        Assert.Equal("/sign-in", page.Find("[data-testid=session-ended] a").GetAttribute("href"));
    }

    [Fact]
    public async Task Who_never_signed_in_reads_where_reading_is_open()
    {
        RenderFragment body = b => b.AddMarkupContent(0, "<p id=\"open\">release 7</p>");

        var page = Open<MainLayout>(p => p.Add(l => l.Body, body));

        await page.WaitForAssertionAsync(() => Assert.NotEmpty(page.FindAll("#open")));
        Assert.Empty(page.FindAll("[data-testid=session-ended]"));
    }

    [Fact]
    public async Task Buttons_ask_once_for_the_caller_but_every_click_asks_again()
    {
        var token = await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var caller = Service<PageCaller>();
        var first = await caller.ShownAsync();
        await RevokeAsync(token);

        Assert.Same(first, await caller.ShownAsync());
        Assert.True((await caller.CurrentAsync(Ct)).SessionEnded);
        Assert.Null(await Service<ActionRunner>().WhyNotAsync(Permission.Operate));
        Assert.StartsWith("Your session has ended", (await Service<ActionRunner>().RunAsync(Nothing, new ActionInput(), Ct)).Sentence,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_look_of_a_button_names_what_is_missing_and_who_can_help()
    {
        Assert.Equal("Sign in as a person with the permission “operate”.", await Service<ActionRunner>().WhyNotAsync(Permission.Operate));

        await SignInAsync("vera", [Permission.View]);

        Assert.Equal("vera lacks the permission “operate”. An administrator can grant it.",
            await Service<ActionRunner>().WhyNotAsync(Permission.Operate));
        Assert.Null(await Service<ActionRunner>().WhyNotAsync(Permission.View));
    }

    [Fact]
    public async Task An_action_that_fails_says_that_its_result_is_not_known()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var failing = Nothing with { RunAsync = (_, _, _) => throw new InvalidOperationException("boom") };

        var result = await Service<ActionRunner>().RunAsync(failing, new ActionInput(), Ct);

        Assert.False(result.Done);
        Assert.Contains("not known whether this was recorded", result.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("boom", result.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_permission_that_only_the_command_knows_of_is_refused_by_the_command()
    {
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var stricter = Nothing with
        {
            RunAsync = (caller, _, _) =>
            {
                caller.Require(Permission.Administer);
                return Task.FromResult(new ActionResult(true, "Done."));
            },
        };

        var result = await Service<ActionRunner>().RunAsync(stricter, new ActionInput(), Ct);

        Assert.False(result.Done);
        Assert.Contains("“administer”", result.Sentence, StringComparison.Ordinal);
    }

    private static ClaimsPrincipal Principal(Guid token) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "maria"), new Claim(CallerClaims.Token, token.ToString())], "cookie"));
}
