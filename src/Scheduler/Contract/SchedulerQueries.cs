using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Routes;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Queries;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Contract;

/// <summary>What the scheduler knows. Everything but offers and loops comes from the database, so any server can answer.</summary>
public sealed class SchedulerQueries
{
    private readonly NpgsqlDataSource db;
    private readonly LoopStatusBoard board;
    private readonly SchedulerOptions options;

    internal SchedulerQueries(NpgsqlDataSource db, LoopStatusBoard board, IOptions<SchedulerOptions> options)
    {
        this.db = db;
        this.board = board;
        this.options = options.Value;
    }

    /// <summary>Base URLs, as configured: any of them may lead.</summary>
    public IReadOnlyList<string> Masters(string cluster) => options.Clusters.TryGetValue(cluster, out var known) ? [.. known.Masters] : [];

    /// <summary>Every cluster that ever had a leader, by name.</summary>
    public async Task<IReadOnlyList<ClusterView>> ClustersAsync(CancellationToken ct) =>
        await ListAsync(QuerySql.Clusters, new { name = (string?)null }, (ClusterRow r) => r.ToView(), ct);

    /// <summary>One cluster; null: there is no such cluster.</summary>
    public async Task<ClusterView?> ClusterAsync(string name, CancellationToken ct) =>
        (await ListAsync(QuerySql.Clusters, new { name }, (ClusterRow r) => r.ToView(), ct)).SingleOrDefault();

    /// <summary>Null: none is in force.</summary>
    public async Task<PriorityFreezeView?> PriorityFreezeAsync(string cluster, CancellationToken ct) =>
        await PayloadAsync<PriorityFreeze>("SELECT payload::text FROM scheduler.freeze WHERE cluster = @cluster", cluster, ct) is { } freeze
            ? OverrideViews.Of(freeze)
            : null;

    /// <summary>Null: each request decides.</summary>
    public async Task<PlacementForcedView?> PlacementForcedAsync(string cluster, CancellationToken ct) =>
        await PayloadAsync<PlacementForced>("SELECT payload::text FROM scheduler.forced_placement WHERE cluster = @cluster", cluster,
            ct) is { } forced
            ? OverrideViews.Of(forced)
            : null;

    private async Task<T?> PayloadAsync<T>(string sql, string cluster, CancellationToken ct) where T : class
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var payload = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(sql, new { cluster }, cancellationToken: ct));
        return payload is null ? null : JsonSerializer.Deserialize<T>(payload, StoredJson.Options);
    }

    /// <param name="cluster">Null for all.</param>
    /// <param name="ct">Cancels the call.</param>
    public async Task<IReadOnlyList<AgentView>> AgentsAsync(string? cluster, CancellationToken ct) =>
        await ListAsync(QuerySql.Agents, new { cluster, id = (string?)null, named = (string?)null }, (AgentRow r) => r.ToView(), ct);

    /// <param name="cluster">The cluster's name.</param>
    /// <param name="id">Of the agent, or its host; of several on one host the one that was seen last.</param>
    /// <param name="ct">Cancels the call.</param>
    public async Task<AgentView?> AgentAsync(string cluster, string id, CancellationToken ct) =>
        (await ListAsync(QuerySql.Agents, new { cluster, id = (string?)null, named = id }, (AgentRow r) => r.ToView(), ct))
            .MaxBy(a => a.SeenAt);

    /// <summary>The racks of the cluster, by name, from its agents.</summary>
    public async Task<IReadOnlyList<RackView>> RacksAsync(string cluster, CancellationToken ct)
    {
        var agents = await AgentsAsync(cluster, ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        var decided = await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT payload::text FROM scheduler.machine WHERE cluster = @cluster AND kind = 'Rack'", new { cluster },
                cancellationToken: ct));
        return MachineRows.Racks(cluster, agents, decided.Select(p => MachineRows.ViewOf(p)!)
            .ToDictionary(m => m.Name, StringComparer.Ordinal));
    }

    /// <summary>The offers held now; empty unless this server leads the cluster.</summary>
    public IReadOnlyList<OfferView> Offers(string cluster) => board.Offers(cluster);

    /// <summary>Newest first; empty unless this server leads the cluster.</summary>
    public IReadOnlyList<DeclinedOfferView> Declined(string cluster) => board.Declined(cluster);

    /// <summary>Null unless this server leads the cluster.</summary>
    public LoopView? Loop(string cluster) => board.Loop(cluster);

    /// <param name="cluster">Null for all.</param>
    /// <param name="ct">Cancels the call.</param>
    public async Task<IReadOnlyList<RequestView>> RequestsAsync(string? cluster, CancellationToken ct) =>
        await ListAsync(QuerySql.Requests, new { cluster, id = (string?)null }, (RequestRow r) => r.ToView(), ct);

    /// <summary>One request; null: there is no such request.</summary>
    public async Task<RequestView?> RequestAsync(string cluster, string requestId, CancellationToken ct) =>
        (await ListAsync(QuerySql.Requests, new { cluster, id = requestId }, (RequestRow r) => r.ToView(), ct)).SingleOrDefault();

    /// <summary>Deploys and runs, newest first.</summary>
    /// <param name="cluster">Null for all.</param>
    /// <param name="requestId">Null for all.</param>
    /// <param name="cursor">From the page before; null: the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Cancels the call.</param>
    public async Task<Page<DeployView>> DeploysAsync(string? cluster, string? requestId, string? cursor, int limit, CancellationToken ct)
    {
        var after = TextCursor.TryParse(cursor);
        var rows = await ListAsync(
            QuerySql.DeployPage, new { cluster, requestId, at = after?.At.UtcDateTime, after = after?.Id, limit = limit + 1 },
                (DeployRow r) => r.ToView(), ct);
        return TextCursor.PageOf(rows, limit, d => new TextCursor(d.CreatedAt, d.Id));
    }

    /// <summary>One deploy or run; null: there is none with this id.</summary>
    public async Task<DeployView?> DeployAsync(string cluster, string deployId, CancellationToken ct) =>
        (await ListAsync(QuerySql.DeployById, new { cluster, id = deployId }, (DeployRow r) => r.ToView(), ct)).SingleOrDefault();

    /// <summary>The deploys or runs of those ids that there are, in no order.</summary>
    public async Task<IReadOnlyList<DeployView>> DeploysAsync(
        IReadOnlyCollection<(string Cluster, string DeployId)> ids, CancellationToken ct) =>
        ids.Count == 0 ? [] : await ListAsync(
            QuerySql.DeploysById,
            new { clusters = ids.Select(i => i.Cluster).ToArray(), ids = ids.Select(i => i.DeployId).ToArray() },
            (DeployRow r) => r.ToView(), ct);

    internal async Task<ResourceNeed?> NeedsAsync(string cluster, string deployId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var needs = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT spec->>'needs' FROM scheduler.deploy WHERE cluster = @cluster AND id = @deployId", new { cluster, deployId },
            cancellationToken: ct));
        return needs is null ? null : JsonSerializer.Deserialize<ResourceNeed>(needs, StoredJson.Options);
    }

    /// <summary>Newest first.</summary>
    public async Task<Page<TaskView>> TasksAsync(TaskFilter filter, string? cursor, int limit, CancellationToken ct)
    {
        var after = TextCursor.TryParse(cursor);
        var rows = await ListAsync(
            QuerySql.TaskPage(filter),
            new
            {
                filter.Cluster,
                filter.RequestId,
                filter.DeployId,
                Commit = filter.Commit?.ToString(),
                at = after?.At.UtcDateTime,
                after = after?.Id,
                limit = limit + 1,
            },
            (TaskViewRow r) => r.ToView(),
            ct);
        return TextCursor.PageOf(rows, limit, t => new TextCursor(t.CreatedAt, t.Id));
    }

    /// <summary>One task with its updates, probes and environment; null: there is no such task.</summary>
    public async Task<TaskDetails?> TaskAsync(string taskId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<TaskViewRow>(new CommandDefinition(
            QuerySql.TaskById, new { id = taskId }, cancellationToken: ct));
        if (row is null)
            return null;
        var statuses = await connection.QueryAsync<StatusRow>(new CommandDefinition(QuerySql.Statuses, new { id = taskId },
            cancellationToken: ct));
        var probes = await connection.QueryAsync<ProbeRow>(new CommandDefinition(QuerySql.Probes, new { id = taskId },
            cancellationToken: ct));
        var agent = row.AgentId is null ? null : await connection.QuerySingleOrDefaultAsync<AgentRow>(new CommandDefinition(
            QuerySql.Agents, new { cluster = row.Cluster, id = row.AgentId, named = (string?)null }, cancellationToken: ct));
        var spec = await connection.QuerySingleOrDefaultAsync<(string? Address, string? Runner, string? Run)>(new CommandDefinition(
            QuerySql.EnvironmentOf, new { id = taskId }, cancellationToken: ct));
        var task = row.ToView();
        return new TaskDetails(
            task, [.. statuses.Select(s => s.ToView())], [.. probes.Select(p => p.ToView())],
            TaskEnvironment.Of(task, (options.PublicUrl, spec.Address), spec.Runner, spec.Run), row.OfferIds, agent?.ToView(),
                row.ToSubject());
    }

    /// <summary>Every task that waits for a place, oldest first, at most 1,000, with the reason.</summary>
    /// <param name="cluster">Null for all.</param>
    /// <param name="ct">Cancels the call.</param>
    public async Task<IReadOnlyList<PendingView>> PendingAsync(string? cluster, CancellationToken ct) =>
        await ListAsync(QuerySql.Pending, new { cluster }, (PendingRow r) => r.ToView(), ct);

    /// <summary>Where traffic may go, in every cluster: healthy tasks that are not being killed, sorted by task.</summary>
    public async Task<IReadOnlyList<HealthyInstance>> HealthyInstancesAsync(CancellationToken ct) =>
        await ListAsync(QuerySql.HealthyInstances, new { }, (HealthyRow r) => r.ToInstance(), ct);

    /// <summary>Every service that runs or is being rolled out, in every cluster, unless it is about to be removed; who had its route
    /// first comes first.</summary>
    public async Task<IReadOnlyList<ServiceDeploy>> ServiceDeploysAsync(CancellationToken ct) =>
        await ListAsync(QuerySql.ServiceDeploys, new { }, (ServiceRow r) => r.ToDeploy(), ct);

    private async Task<List<TView>> ListAsync<TRow, TView>(string sql, object arguments, Func<TRow, TView> view, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. (await connection.QueryAsync<TRow>(new CommandDefinition(sql, arguments, cancellationToken: ct))).Select(view)];
    }
}
