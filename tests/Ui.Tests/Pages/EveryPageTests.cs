using Bunit;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Ui.Tests.Pages;

/// <summary>What has to hold on every page, whatever is stored.</summary>
public sealed class EveryPageTests : AllPages
{
    private const string Hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>";

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_page_has_one_heading_breadcrumbs_and_named_tables(string name)
    {
        var page = await ReadyAsync(await OpenPageAsync(name));

        Assert.Single(page.FindAll("h1"));
        Assert.NotEmpty(page.FindAll("nav[aria-label=Breadcrumb] a"));
        Assert.All(page.FindAll("table"), t => Assert.True(t.QuerySelector("caption") is not null || t.HasAttribute("aria-labelledby"),
            name));
        Assert.All(page.FindAll("thead th"), th => Assert.Equal("col", th.GetAttribute("scope")));
        Assert.All(page.FindAll("button"), b => Assert.NotEqual("", b.TextContent.Trim()));
        Assert.All(page.FindAll("input, select, textarea"), i =>
            Assert.NotNull(i.Id is { } id ? page.Find($"label[for={id}]") : i.Closest("label")));
        Assert.DoesNotContain("not found", page.Find("h1").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ObjectPages))]
    public async Task An_unknown_name_gives_a_page_that_says_so_and_leads_on(string name)
    {
        var page = await OpenPageAsync(name, exists: false);

        await page.WaitForAssertionAsync(() => Assert.Contains("not found", page.Find("h1").TextContent, StringComparison.Ordinal));
        Assert.NotEmpty(page.FindAll(".sentence"));
        Assert.NotEmpty(page.FindAll("a"));
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task What_anybody_can_push_is_shown_as_text(string name)
    {
        await ExecuteAsync($"""
            UPDATE git.commit SET subject = '{Hostile}', message = '{Hostile}', author_name = '{Hostile}', pusher = '{Hostile}';
            UPDATE git.push SET pusher = '{Hostile}';
            INSERT INTO journal.open_job (id, key, name, invocation, object_kind, object_id, created_at, tries, first_failed_at,
                                          last_failed_at, error_type, error)
            VALUES (gen_random_uuid(), '1', '{Hostile}', '', 'delivery', '{Rejected}', now(), 44, now(), now(), 'x', '{Hostile}');
            UPDATE git.delivery SET outcome = '{Hostile}', ref = '{Hostile}', event = '{Hostile}';
            UPDATE git.status SET description = '{Hostile}', reason = '{Hostile}';
            INSERT INTO git.branch SELECT repository_id, '{Hostile}', head_sha, updated_at, head_received_at,
              NULL FROM git.branch WHERE name = 'main';
            UPDATE build.build SET branch = '{Hostile}', reason = '{Hostile}', requested_by = '{Hostile}';
            UPDATE build.module_build SET reason = '{Hostile}', failed_step = '{Hostile}' WHERE state = 'Failed';
            UPDATE build.step SET name = '{Hostile}', tail = '{Hostile}';
            UPDATE scheduler.task SET reason = '{Hostile}', why_pending = '{Hostile}';
            UPDATE scheduler.task_status SET message = '{Hostile}', reason = '{Hostile}';
            UPDATE scheduler.probe SET detail = '{Hostile}';
            UPDATE scheduler.framework SET detail = '{Hostile}';
            UPDATE scheduler.agent SET attributes = jsonb_build_object('zone', '{Hostile}');
            UPDATE stages.promotion SET reason = '{Hostile}', blockers = jsonb_build_array(jsonb_build_object(
                'gate', 'approval', 'sentence', '{Hostile}', 'earliestAt', NULL, 'clearedBy', '{Hostile}'));
            UPDATE artifact.release SET held_reason = '{Hostile}' WHERE number = 1;
            """);

        var page = await ReadyAsync(await OpenPageAsync(name));

        Assert.Empty(page.FindAll("script, img"));
        Assert.DoesNotContain(page.FindAll("*"), e => e.Attributes.Any(a => a.Name.StartsWith("onerror",
            StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_long_name_breaks_no_page(string name)
    {
        var text = string.Concat(Enumerable.Repeat("ein-sehr-langer-Name-", 100));
        await ExecuteAsync($"""
            UPDATE git.commit SET subject = '{text}', message = repeat('{text}', 50), author_name = '{text}', pusher = '{text}';
            UPDATE build.build SET reason = '{text}'; UPDATE build.step SET tail = repeat('{text}' || chr(10), 200);
            UPDATE scheduler.task SET reason = '{text}', why_pending = '{text}';
            UPDATE stages.promotion SET reason = '{text}';
            """);

        var page = await ReadyAsync(await OpenPageAsync(name));

        Assert.Single(page.FindAll("h1"));
        Assert.NotEmpty(page.FindAll(".sentence, table, .empty"));
    }

    [Theory]
    [MemberData(nameof(ListPages))]
    public async Task An_empty_list_says_what_would_be_there(string name)
    {
        await ExecuteAsync("""
            TRUNCATE git.repository, git.delivery, build.build, artifact.release, artifact.artifact, stages.promotion, stages.slot,
              stages.deployable,
                     scheduler.request, scheduler.task, scheduler.agent, routes.owner, journal.event CASCADE;
            """);

        var page = await ReadyAsync(await OpenPageAsync(name));

        if (name is "clusters" or "stages")
            Assert.NotEmpty(page.FindAll("tbody tr"));
        else
            Assert.All(page.FindAll(".empty"), e => Assert.EndsWith(".", e.TextContent.Trim(), StringComparison.Ordinal));
        Assert.True(name is "clusters" or "stages" || page.FindAll(".empty").Count > 0, name);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task An_event_of_a_kind_that_this_server_does_not_know_breaks_no_page(string name)
    {
        await ExecuteAsync($"""
            INSERT INTO journal.event (at, kind, actor_kind, actor_name, repository_id, commit_sha, build_id, release, promotion_id, stage,
              deployable, cluster, payload)
            SELECT now(), 'release.teleported', 'System', 'newer', p.repository_id, p.commit_sha, p.build_id, p.release, p.id, p.stage,
              'billing-api', p.cluster,
                   '{Payload}'::jsonb
              FROM stages.promotion p;
            INSERT INTO journal.event (at, kind, actor_kind, actor_name, repository_id, commit_sha, build_id, cluster, payload)
            SELECT now(), 'task.launched', 'System', 'newer', b.repository_id, b.sha, b.id, 'production',
              '{Payload.Replace("release.teleported", "task.launched", StringComparison.Ordinal)}'::jsonb
              FROM build.build b;
            """);

        var page = await ReadyAsync(await OpenPageAsync(name));

        var timelines = page.FindAll(".timeline");
        Assert.True(timelines.Count == 0 || timelines.Any(t => t.TextContent.Contains("an event of a newer server: ",
            StringComparison.Ordinal)), page.Markup);
    }

    [Fact]
    public async Task A_refresh_that_fails_is_said_on_the_page_and_taken_back_when_it_works_again()
    {
        var feed = Service<LiveFeed>();
        await feed.StartAsync(Ct);
        var page = await ReadyAsync(await OpenPageAsync("home"));
        await ExecuteAsync("ALTER SCHEMA build RENAME TO build_gone");
        await AppendAsync();

        await page.WaitForAssertionAsync(() => Assert.Contains("could not be refreshed", page.Find(".stale").TextContent,
            StringComparison.Ordinal));
        Assert.NotEmpty(page.FindAll("table"));

        await ExecuteAsync("ALTER SCHEMA build_gone RENAME TO build");
        await AppendAsync();
        await page.WaitForAssertionAsync(() => Assert.Empty(page.FindAll(".stale")));
        await feed.StopAsync(Ct);
    }

    private const string Payload = """{"kind": "release.teleported", "taskId": {"wormhole": 7}}""";

    private Task AppendAsync() =>
        Service<Journal>().AppendAsync(new ClusterChanged("production", "reconnected"), Actor.System("test"), JournalSubject.None, Ct);
}
