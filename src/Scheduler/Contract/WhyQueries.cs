using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Contract;

/// <summary>Why something waits, from the database: any server can answer.</summary>
public sealed class WhyQueries
{
    private const int Most = 50;

    private readonly NpgsqlDataSource db;

    internal WhyQueries(NpgsqlDataSource db) => this.db = db;

    private const string OfTask = """
        SELECT t.id, t.phase, t.host, t.why_pending, t.reason, t.ended_at IS NOT NULL AS is_over, t.healthy_at IS NOT NULL AS is_healthy,
               t.kill_reason, w.summary, w.blockers::text AS blockers, w.at
          FROM scheduler.task t
          LEFT JOIN scheduler.why w ON w.cluster = t.cluster AND w.key = t.shape AND t.phase = 'Pending'
        """;

    private const string OfRequest = $"""
        {OfTask}
         WHERE t.cluster = @cluster AND t.request_id = @id AND t.ended_at IS NULL
           AND NOT (t.phase = 'Running' AND t.healthy_at IS NOT NULL AND t.kill_cause IS NULL)
         ORDER BY t.created_at, t.id LIMIT @Most
        """;

    private const string OfAgent = """
        SELECT a.host, a.rack, coalesce(w.summary, '') AS summary, coalesce(w.blockers::text, '[]') AS blockers, w.at
          FROM scheduler.agent a
          LEFT JOIN scheduler.why w ON w.cluster = a.cluster AND w.key = 'agent/' || a.host
         WHERE a.cluster = @cluster AND (a.id = @id OR a.host = @id)
         ORDER BY a.seen_at DESC LIMIT 1
        """;

    /// <returns>Null when there is no such task.</returns>
    public async Task<WhyView?> TaskAsync(string taskId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<TaskRow>(new CommandDefinition(
            OfTask + " WHERE t.id = @taskId", new { taskId }, cancellationToken: ct));
        if (row is null)
            return null;
        var state = RowText.Kebab(row.Phase);
        if (row.Phase == "Pending")
            return new WhyView(taskId, state, row.Sentence, row.AllBlockers, row.At.Utc());
        return new WhyView(
            taskId, state, row.IsOver ? row.Reason ?? "it ended" : $"it is {state} on {row.Host}", [], null);
    }

    /// <summary>What its deploy that rolls out waits for, or its instances that should run.</summary>
    /// <returns>Null when there is no such request.</returns>
    public async Task<WhyView?> RequestAsync(RequestView request, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<TaskRow>(new CommandDefinition(
            OfRequest, new { cluster = request.Cluster, id = request.Id, Most }, cancellationToken: ct))).AsList();
        var blockers = new List<WhyBlocker>();
        foreach (var change in request.Changes.Where(c => c.What is "pause" or "cooldown"))
            blockers.Add(new WhyBlocker(change.What, $"{change.Value}, by {change.By}"));
        foreach (var row in rows)
            blockers.Add(row.ToBlocker());
        blockers.AddRange(rows.Where(r => r.Phase == "Pending").SelectMany(r => r.Explained).DistinctBy(b => (b.Code, b.Text)));
        var what = request.PendingDeploy is { } pending ? $"deploy {pending} is not healthy yet" : "nothing is being deployed";
        var summary = blockers.Count == 0 ? $"{what}; nothing stands in the way"
            : $"{what}; {string.Join("; ", blockers.Take(3).Select(b => b.Text))}";
        return new WhyView(request.Id, request.State, summary, blockers, rows.Max(r => r.At).Utc());
    }

    /// <summary>What keeps an agent from being empty, or from being used.</summary>
    /// <param name="agent">Its view: state, and what was decided about it.</param>
    /// <param name="ct">Cancels the call.</param>
    public async Task<WhyView> AgentAsync(AgentView agent, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleAsync<AgentWhyRow>(new CommandDefinition(
            OfAgent, new { cluster = agent.Cluster, id = agent.Id }, cancellationToken: ct));
        var blockers = JsonSerializer.Deserialize<List<WhyBlocker>>(row.Blockers, StoredJson.Options)!;
        var decided = agent.Machine is { } m && m.State != "active" ? $"{m.Kind} {m.Name} is {m.State} since {m.Since:u}, by {m.By}"
            + (m.Reason is null ? "" : $": {m.Reason}") : null;
        var summary = row.Summary.Length > 0 ? row.Summary : decided ?? $"it is {agent.State}";
        return new WhyView(agent.Host, agent.State, summary, blockers, row.At.Utc());
    }

    private sealed class TaskRow
    {
        public string Id { get; init; } = "";
        public string Phase { get; init; } = "";
        public string? Host { get; init; }
        public string? WhyPending { get; init; }
        public string? Reason { get; init; }
        public bool IsOver { get; init; }
        public bool IsHealthy { get; init; }
        public string? KillReason { get; init; }
        public string? Summary { get; init; }
        public string? Blockers { get; init; }
        public DateTime? At { get; init; }

        /// <summary>What is true of all tasks of its kind, unless something holds this one back before that.</summary>
        public IReadOnlyList<WhyBlocker> Explained =>
            Blockers is null ? [] : JsonSerializer.Deserialize<List<WhyBlocker>>(Blockers, StoredJson.Options)!;

        private string? HeldBack => WhyPending is { } why
            && (why.StartsWith("waits until", StringComparison.Ordinal) || why.StartsWith("quota of", StringComparison.Ordinal)
                || why.StartsWith("its priority", StringComparison.Ordinal)) ? why : null;

        public string Sentence => HeldBack ?? Summary ?? WhyPending ?? "not looked at yet";

        public IReadOnlyList<WhyBlocker> AllBlockers => HeldBack is { } held
            ? [new WhyBlocker(held[0] == 'w' ? "not-before" : held[0] == 'q' ? "quota" : "priority-frozen", held)]
            : Explained;

        public WhyBlocker ToBlocker() => Phase switch
        {
            "Pending" => new WhyBlocker("no-place", $"{Id} has no place: {Sentence}"),
            "Unreachable" => new WhyBlocker("unreachable", $"{Id} is out of reach on {Host}"),
            _ when KillReason is not null => new WhyBlocker("killing", $"{Id} is being killed: {KillReason}"),
            "Running" => new WhyBlocker("not-healthy", $"{Id} runs on {Host} and is not healthy yet"),
            _ => new WhyBlocker("starting", $"{Id} is {RowText.Kebab(Phase)} on {Host}"),
        };
    }

    private sealed class AgentWhyRow
    {
        public string Host { get; init; } = "";
        public string Rack { get; init; } = "";
        public string Summary { get; init; } = "";
        public string Blockers { get; init; } = "[]";
        public DateTime? At { get; init; }
    }
}
