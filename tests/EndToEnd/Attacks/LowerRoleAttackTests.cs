using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd.Attacks;

/// <summary>The third attacker: a person with a lower role, who has a token and a browser.</summary>
[Collection(ApprovingCollection.Name)]
public sealed partial class LowerRoleAttackTests(ApprovingPipeline fixture)
{
    private static readonly string[] Permissions = ["view", "build", "promote", "approve", "hold", "operate", "administer"];
    private readonly PipelineInstance pipeline = fixture.Instance;

    /// <summary>Each call that changes something, from the reference that a test holds to what is mapped.</summary>
    public static TheoryData<string, string, string> Changes => [.. File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "api.md"))
        .Select(line => Row().Match(line)).Where(m => m.Success)
        .Select(m => (m.Groups["method"].Value, m.Groups["path"].Value, m.Groups["permission"].Value))];

    [Theory, MemberData(nameof(Changes))]
    public async Task Every_other_permission_together_is_not_the_one_that_is_needed(string method, string path, string permission)
    {
        var login = $"all-but-{permission}";
        var token = await pipeline.CreateTokenAsync(
            new { login, permissions = Permissions.Except([permission]), groups = new[] { "release-managers" } });
        using var attacker = new Attacker(pipeline);
        var address = Filled(path);

        var answer = await attacker.SendAsync(method, address, $"Authorization: Bearer {token}", "{}");

        Assert.True(answer.Status == 403, $"{method} {address}: {answer.Status} {answer.Text}");
        Assert.Contains($"{login} does not have the permission “{permission}”.", Regex.Unescape(answer.Text));
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task What_is_missing_or_null_is_named_also_to_who_may_do_everything(string method, string path, string permission)
    {
        using var administrator = new Attacker(pipeline);
        var address = Filled(path);

        foreach (var body in new[] { "", "null", "[]", "\"\"", "{}", Nulls })
        {
            var answer = await administrator.SendAsync(method, address, $"Authorization: Bearer {pipeline.AdminToken}", body);
            Assert.True(answer.Status < 500, $"{method} {address} ({permission}) with {body}: {answer.Status} {answer.Text}");
        }
    }

    // The names of all texts that some request has; one that it has not is an error of its own.
    private const string Nulls = """
        {"stage":null,"route":null,"repository":"00000000-0000-0000-0000-000000000001","deployable":null,"reason":null}
        """;

    private static string Filled(string path)
    {
        var id = path.Contains("/quarantine/", StringComparison.Ordinal) ? "1" : Guid.Empty.ToString();
        return Parameter().Replace(path, m => m.Value is "{id}" or "{repository}" ? id : "none");
    }

    [Fact]
    public async Task He_cannot_make_himself_a_better_token_or_keep_one_that_was_revoked()
    {
        var token = await pipeline.CreateTokenAsync(new { login = "climber", permissions = new[] { "view", "build" } });
        using var attacker = new Attacker(pipeline);
        var mine = $"Authorization: Bearer {token}";

        const string better = """{"login":"climber","permissions":["administer"]}""";
        Assert.Equal(403, (await attacker.SendAsync("POST", "/api/v1/tokens", mine, better)).Status);
        Assert.Equal(403, (await attacker.SendAsync("GET", "/api/v1/tokens", mine)).Status);
        Assert.Equal(302, (await attacker.SignInAsync(token)).Status);
        Assert.Contains("climber", (await attacker.SendAsync("GET", "/api/v1/me")).Text);
        Assert.Equal(200, (await attacker.SendAsync("GET", "/api/v1/clusters")).Status);
        await RevokeAsync("climber");
        Assert.Equal(401, (await attacker.SendAsync("GET", "/api/v1/clusters", mine)).Status);
        Assert.DoesNotContain("climber", (await attacker.SendAsync("GET", "/api/v1/me")).Text);
    }

    [Theory]
    [InlineData("the author", "nikos", "person", "nikos@example.test")]
    [InlineData("the author under another spelling", "other1", "person", "NIKOS@Example.Test")]
    [InlineData("the pusher", "petra", "person", "petra@example.test")]
    [InlineData("the pusher under another spelling", "Petra", "person", "someone@example.test")]
    [InlineData("a machine", "robot", "token", "robot@example.test")]
    [InlineData("somebody outside of the group", "visitor", "person", "visitor@example.test")]
    public async Task Nobody_approves_what_he_may_not(string who, string login, string kind, string email)
    {
        var repository = await pipeline.CreateRepositoryAsync("own-" + Guid.NewGuid().ToString("N")[..8]);
        var sha = await repository.PushAsync(
            "Say hello", WebSample.Files(repository.Name, "v1"), author: "Nikos <nikos@example.test>", pusher: "petra");
        var promotion = await WaitsAsync(repository, sha);
        string[] groups = login == "visitor" ? [] : ["release-managers"];
        var token = await pipeline.CreateTokenAsync(new { login, kind, groups, emails = new[] { email } });

        var (status, problem) = await pipeline.PostAsync(
            $"/api/v1/promotions/{promotion}/approvals", new { decision = "approve", comment = "mine" }, token);

        Assert.True((int)status is 403 or 409, $"{who}: {status} {problem}");
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        Assert.Equal("waiting", TestRepository.StageState(await repository.CommitAsync(sha), "production"));
    }

    [Fact]
    public async Task In_the_browser_a_button_that_was_forced_does_nothing_for_who_may_not()
    {
        var repository = await pipeline.CreateRepositoryAsync("forced");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("forced", "v1"));
        var promotion = await WaitsAsync(repository, sha);
        var viewer = await pipeline.CreateTokenAsync(
            new { login = "vera", permissions = new[] { "view" }, groups = new[] { "release-managers" } });
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync();
        await page.AddInitScriptAsync(MarkCircuit);

        (string?, string)[] people = [(null, "Nobody is signed in."), (viewer, "vera does not have the permission “approve”.")];
        foreach (var (token, words) in people)
        {
            if (token is not null)
                await SignInAsync(page, token);
            foreach (var button in new[] { "approve", "reject" })
            {
                await OpenAsync(page, promotion);
                Assert.Contains(words, await ForceAsync(page, button));
            }
        }

        Assert.Equal("waiting", TestRepository.StageState(await repository.CommitAsync(sha), "production"));
        Assert.Empty(await repository.EventsAsync(sha, "promotion.approved"));
        Assert.Empty(await repository.EventsAsync(sha, "promotion.rejected"));

        // The same clicks by who may: it was no fault of the clicks.
        await SignInAsync(page, await pipeline.CreateTokenAsync(new { login = "marta", groups = new[] { "release-managers" } }));
        await OpenAsync(page, promotion);
        await ForceAsync(page, "approve");
        await repository.ReachesAsync(sha, "production", "deploying", "running", "succeeded");
    }

    [Fact]
    public async Task In_the_browser_a_page_that_is_open_ends_with_its_token()
    {
        var repository = await pipeline.CreateRepositoryAsync("kept-open");
        var sha = await repository.PushAsync("Say hello", WebSample.Files("kept-open", "v1"));
        var promotion = await WaitsAsync(repository, sha);
        var token = await pipeline.CreateTokenAsync(new { login = "leaver", groups = new[] { "release-managers" } });
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync();
        await page.AddInitScriptAsync(MarkCircuit);
        await SignInAsync(page, token);
        await OpenAsync(page, promotion);

        await RevokeAsync("leaver");

        Assert.Contains("Your session has ended", await ForceAsync(page, "approve"));
        Assert.Equal("waiting", TestRepository.StageState(await repository.CommitAsync(sha), "production"));
        await page.ReloadAsync();
        await page.Locator(".sign-in").First.WaitForAsync();
    }

    // The first call of a circuit to its page.
    private const string MarkCircuit = """
        let pipeline;
        Object.defineProperty(window, 'pipeline', { get: () => pipeline, set: value => {
          const watch = value.watchTheme;
          value.watchTheme = layout => { document.documentElement.dataset.connected = ''; watch(layout); };
          pipeline = value; } });
        """;

    // With its circuit: until then no button does anything.
    private async Task OpenAsync(IPage page, string promotion)
    {
        await page.GotoAsync($"{pipeline.Url}/promotions/{promotion}");
        await page.Locator("html[data-connected]").WaitForAsync();
    }

    private async Task SignInAsync(IPage page, string token)
    {
        await page.GotoAsync($"{pipeline.Url}/sign-in");
        await page.Locator("input[name=token]").FillAsync(token);
        await page.Locator("form button[type=submit]").First.ClickAsync();
        await page.Locator("form.person").WaitForAsync();
    }

    // As somebody does with the developer tools: the button is enabled, and so is the one that confirms.
    private static async Task<string> ForceAsync(IPage page, string button)
    {
        const string force = "b => { b.disabled = false; b.removeAttribute('disabled'); b.click(); }";
        await page.Locator($"[data-testid={button}]").First.EvaluateAsync(force);
        await page.Locator("#note").FillAsync("forced");
        await page.GetByTestId("confirm").EvaluateAsync(force);
        var answer = page.GetByTestId("answer").First;
        // Empty at first, then what the page says while it waits for the command.
        await Assertions.Expect(answer).Not.ToHaveTextAsync(new Regex("^(Recording…)?$"));
        return await answer.InnerTextAsync();
    }

    private async Task RevokeAsync(string login)
    {
        var tokens = await pipeline.GetAsync("/api/v1/tokens");
        foreach (var token in tokens!.Value.EnumerateArray().Where(t => t.GetProperty("login").GetString() == login))
            (await pipeline.Http.DeleteAsync($"/api/v1/tokens/{token.GetProperty("id").GetString()}")).EnsureSuccessStatusCode();
    }

    private static async Task<string> WaitsAsync(TestRepository repository, string sha)
    {
        var commit = await Eventually.BecomesAsync(
            () => repository.CommitAsync(sha), c => TestRepository.StageState(c, "production") == "waiting", TimeSpan.FromSeconds(90),
            "production waits for an approval");
        return TestRepository.Stage(commit, "production")!.Value.GetProperty("promotion").ToString();
    }

    [GeneratedRegex(@"^\| (?<method>POST|PUT|DELETE|PATCH) \| `(?<path>/api/v1[^`]*)` \| (?<permission>[a-z]+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
