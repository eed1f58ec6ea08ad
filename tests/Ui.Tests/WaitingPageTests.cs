using Bunit;
using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using MudBlazor;
using Pipeline.ArtifactStore;
using Pipeline.BuildRunner;
using Pipeline.DeployStages;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler;
using Pipeline.Server.Jobs;
using Pipeline.Ui.Pages;

namespace Pipeline.Ui.Tests;

/// <summary>Deciding, through the real commands.</summary>
public sealed class WaitingPageTests : UiTest
{
    private readonly string data = Directory.CreateTempSubdirectory("pipeline-ui").FullName;

    [Fact]
    public async Task Nobody_signed_in_sees_the_buttons_and_why_they_do_nothing()
    {
        var page = Open();

        await page.WaitForAssertionAsync(() => Assert.True(page.Find("[data-testid=approve]").HasAttribute("disabled")));
        Assert.StartsWith("Sign in", page.Find("[data-testid=why-not]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_author_of_a_commit_cannot_approve_it_and_reads_why()
    {
        SignIn("eleni");
        var page = Open();

        await page.WaitForAssertionAsync(
            () => Assert.Contains("eleni is the author", page.Find("[data-testid=why-not]").TextContent, StringComparison.Ordinal));
        Assert.True(page.Find("[data-testid=approve]").HasAttribute("disabled"));
        Assert.False(page.Find("[data-testid=reject]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task An_approval_binds_to_the_plan_that_was_shown_and_is_recorded_with_its_comment()
    {
        SignIn("maria");
        var page = Open();
        var dialogs = Page.Render<MudDialogProvider>();
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("[data-testid=approve]").HasAttribute("disabled")));

        var clicked = page.Find("[data-testid=approve]").ClickAsync(new());
        await dialogs.WaitForAssertionAsync(() => dialogs.Find("[data-testid=confirm]"));
        await dialogs.Find("[data-testid=comment]").ChangeAsync(new() { Value = "checked with finance" });
        await dialogs.Find("[data-testid=confirm]").ClickAsync(new());
        await clicked;

        await page.WaitForAssertionAsync(
            () => Assert.Equal("Approval recorded.", page.Find("[data-testid=answer]").TextContent), TimeSpan.FromSeconds(20));
        var kept = await Page.Services.GetRequiredService<PromotionQueries>()
            .FindAsync(new PromotionId(Guid.Parse("01900000-0000-7000-8000-000000000623")), Ct);
        var decision = Assert.Single(kept!.Decisions);
        Assert.Equal(("maria", "checked with finance"), (decision.Person, decision.Comment));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    private void SignIn(string name)
    {
        Person.SetAuthorized(name);
        Person.SetPolicies(Permission.Approve, Permission.Promote, Permission.View);
        Person.SetClaims(
            new System.Security.Claims.Claim(CallerClaims.Group, "release-managers"),
            new System.Security.Claims.Claim(CallerClaims.Permission, Permission.Approve));
    }

    private IRenderedComponent<WaitingPage> Open()
    {
        File.WriteAllText(Path.Combine(data, "stages.yaml"), """
            stages:
              - { name: infra-qa, cluster: infra-qa, promote: automatic }
              - { name: product-qa, cluster: product-qa, promote: automatic, after: infra-qa }
              - name: production
                cluster: production
                after: product-qa
                promote: automatic
                gates: { approval: { groups: { release-managers: 1 }, exclude: [author, pusher], expires: 72h } }
            """);
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = data,
            ["PublicUrl"] = "http://localhost",
            ["DeployStages:Policy"] = Path.Combine(data, "stages.yaml"),
            ["Scheduler:ServerKeyPath"] = Path.Combine(data, "key"),
        }).Build();
        Page.Services.AddGitWebhooks(settings);
        Page.Services.AddArtifactStore(settings);
        Page.Services.AddScheduler(settings);
        Page.Services.AddBuildRunner(settings);
        Page.Services.AddStages(settings);
        Page.Services.AddSingleton<EventFlow>(_ => { });
        Page.Services.AddSingleton<IConfiguration>(settings);
        Page.Services.AddSingleton<IHostEnvironment>(new HostingEnvironment { ContentRootPath = data, EnvironmentName = "Test" });
        // Not AddHangfire: it hands the log factory of this test to every other test of the process.
        Page.Services.AddSingleton<IBackgroundJobClient>(p => new BackgroundJobClient(new PostgreSqlStorage(
            new DataSourceConnectionFactory(p.GetRequiredService<Npgsql.NpgsqlDataSource>(), HangfireModule.StorageOptions), HangfireModule.StorageOptions)));
        Connect();
        return Page.Render<WaitingPage>();
    }
}
