using Bunit;
using Dapper;
using Npgsql;
using Pipeline.Ui.Components.Actions;
using Pipeline.Ui.Pages.Builds;
using Pipeline.Ui.Pages.Clusters;
using Pipeline.Ui.Pages.Failures;
using Pipeline.Ui.Pages.Promotions;
using Pipeline.Ui.Pages.Releases;
using Pipeline.Ui.Pages.Repositories;

namespace Pipeline.Ui.Tests.Actions;

/// <summary>Every page that has actions, with an object in each state that offers one.</summary>
public abstract class ActionPages : UiTest
{
    /// <summary>Every action that a page offers; a new one has to be named here, and is then tried by everybody.</summary>
    protected static readonly IReadOnlyList<string> AllActions =
    [
        "activate", "advance", "approve", "bounce", "cancel-build", "cancel-deploy", "cancel-run", "decommission", "destroy", "drain",
            "drop-id",
        "end-bounce", "end-cooldown", "end-pause", "end-priority", "end-scale", "end-skip-health", "exit-cooldown", "force-placement",
            "free-placement",
        "freeze", "freeze-priorities", "hold", "kill", "lift-freeze", "lift-hold", "pause", "priority",
        "promote-infra-qa", "promote-product-qa", "promote-production",
        "reconcile", "reject", "release", "remove", "replace", "retry-build", "retry-delivery",
            "retry-job", "rollback", "run", "scale", "skip-health", "take-over",
            "unpause",
    ];

    private const string Objects = """
        INSERT INTO journal.open_job (id, key, name, invocation, object_kind, object_id, created_at, tries, first_failed_at, last_failed_at,
                                      error_type, error)
        VALUES (gen_random_uuid(), '1', 'SomeJob', '', 'job', 'SomeJob', now(), 44, now(), now(), 'x', 'away');
        INSERT INTO scheduler.agent (cluster, id, host, address, url, rack, attributes, state, cpus, memory_mb, disk_mb, seen_at)
        SELECT 'lab', id, host, address, url, rack, attributes, 'Active', cpus, memory_mb, disk_mb,
          seen_at FROM scheduler.agent WHERE cluster = 'infra-qa';
        INSERT INTO scheduler.leader VALUES ('lab', 1, 'server-1/4711', now(), now());
        INSERT INTO scheduler.framework VALUES ('lab', 'f-9', 'FailedOver', 'framework failed over', NULL, NULL, now());
        INSERT INTO scheduler.quarantine (cluster, kind, subject_id, at, reason) VALUES ('lab', 'Command', 'scale billing-api', now(),
          'the payload cannot be read');
        UPDATE scheduler.request SET overrides = (SELECT jsonb_build_object(
            'scale', jsonb_build_object('instances', 4, 'before', null, 'bounced', false, 'change', c),
            'pause', jsonb_build_object('kill', true, 'change', c), 'skipHealth', jsonb_build_object('change', c),
            'priority', jsonb_build_object('priority', 0.9, 'before', null, 'change', c),
            'bounce', jsonb_build_object('incremental', false, 'atATime', 1, 'skipHealth', false, 'waiting', '[]'::jsonb, 'change', c),
            'cooldown', jsonb_build_object('since', now(), 'reason', 'failed 5 times in 2 minutes'))
          FROM (SELECT jsonb_build_object('by', jsonb_build_object('kind', 'person', 'name', 'nikos'), 'reason', 'peak', 'since', now(),
                                          'until', now() + interval '1 hour') AS c) x)
         WHERE cluster = 'infra-qa' AND id = 'billing-api';
        INSERT INTO scheduler.request (cluster, id, kind, state, active_deploy, created_at) VALUES
          ('infra-qa', 'nightly', 'Cron', 'Active', 'nightly.1', now()), ('infra-qa', 'build.shop', 'RunOnce', 'Active', NULL, now());
        INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, created_at, crashes, infra_failures, progress) VALUES
          ('infra-qa', 'nightly.1', 'nightly', 'Active', '{"instances": 1}', now(), 0, 0, NULL),
          ('infra-qa', 'run-9', 'build.shop', 'Deploying', '{"kind": "run-once", "instances": 1}', now(), 0, 0, NULL),
          ('infra-qa', 'billing-api.next', 'billing-api', 'Deploying',
           '{"instances": 4, "options": {"rollout": {"acceptance": "manual", "pause": "00:00:00", "groups": [{"value": 50, "percent": true}]}}}',
           now(), 0, 0, jsonb_build_object('step', 0, 'stepSince', now(), 'proven', 0, 'healthyAt', now(), 'failures', 0, 'accepted',
             false));
        INSERT INTO artifact.release (digest, repository_id, commit_sha, build_id, number, created_at, held_reason, document)
        SELECT 'sha256:' || repeat('d9', 32), repository_id, commit_sha, build_id, 9, created_at, 'it leaks', document
          FROM artifact.release WHERE number = 1;
        UPDATE stages.promotion SET healthy_at = started_at WHERE phase = 'Succeeded';
        INSERT INTO build.build (id, repository_id, number, sha, branch, trigger, requested_by, state, created_at, started_at, next_wake)
        VALUES ('01900000-0000-7000-8000-000000000409', '01900000-0000-7000-8000-000000000001', 9, repeat('2', 40), 'main', 'Manual',
          'person:maria', 'Running',
                now(), now(), now());
        """;

    /// <summary>Adds the objects that <c>seed.sql</c> lacks.</summary>
    protected Task AddObjectsAsync() => ExecuteAsync(Objects);

    /// <summary>Opens every page that has actions and waits until it shows them.</summary>
    protected async Task<IReadOnlyList<IRenderedComponent<PageActionButtons>>> OpenAllAsync()
    {
        IReadOnlyList<IRenderedComponent<Microsoft.AspNetCore.Components.IComponent>> pages =
        [
            Open<ClusterPage>(p => p.Add(c => c.Name, "lab")), Open<AgentPage>(p => p.Add(a => a.Cluster, "lab").Add(a => a.Agent,
                "rack1-a1")),
            Open<RequestPage>(p => p.Add(r => r.Cluster, "infra-qa").Add(r => r.Request, "billing-api")),
            Open<RequestPage>(p => p.Add(r => r.Cluster, "infra-qa").Add(r => r.Request, "nightly")),
            Open<RequestPage>(p => p.Add(r => r.Cluster, "infra-qa").Add(r => r.Request, "build.shop")),
            Open<TaskPage>(p => p.Add(t => t.Cluster, "infra-qa").Add(t => t.Task, "billing-api.infra-qa.1.1")),
            Open<BuildPage>(p => p.Add(b => b.Owner, "shop").Add(b => b.Name, "billing").Add(b => b.Number, 3)),
            Open<BuildPage>(p => p.Add(b => b.Owner, "shop").Add(b => b.Name, "billing").Add(b => b.Number, 9)),
            Open<ReleasePage>(p => p.Add(r => r.Owner, "shop").Add(r => r.Name, "billing").Add(r => r.Number, 1)),
            Open<ReleasePage>(p => p.Add(r => r.Owner, "shop").Add(r => r.Name, "billing").Add(r => r.Number, 9)),
            Open<PromotionPage>(p => p.Add(x => x.Id, Waiting)), Open<WaitingPage>(),
            Open<PromotionPage>(p => p.Add(x => x.Id, Guid.Parse("01900000-0000-7000-8000-000000000621"))),
            Open<DeliveryPage>(p => p.Add(d => d.Id, Rejected)), Open<FailuresPage>(),
        ];
        var groups = new List<IRenderedComponent<PageActionButtons>>();
        foreach (var page in pages)
        {
            await page.WaitForAssertionAsync(() => Assert.True(page.HasComponent<PageActionButtons>(), page.Markup));
            groups.AddRange(page.FindComponents<PageActionButtons>());
        }

        return groups;
    }

    /// <summary>A hash of everything that is stored, without what a reader changes.</summary>
    protected async Task<IReadOnlyDictionary<string, string>> FingerprintAsync()
    {
        await using var connection = await Db.OpenConnectionAsync(Ct);
        var tables = await connection.QueryAsync<string>(
            """
            SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'identity') ORDER BY 1
            """);
        var hashes = new Dictionary<string, string>();
        foreach (var table in tables)
            hashes[table] = await HashAsync(connection, table);
        return hashes;
    }

    private static async Task<string> HashAsync(NpgsqlConnection connection, string table) =>
        await connection.ExecuteScalarAsync<string>(
            $"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM {table} t") ?? "";
}
