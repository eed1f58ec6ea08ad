using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Clusters;

/// <summary><c>pipeline cluster …</c>: clusters, their leaders, and what applies to a whole cluster.</summary>
internal static class ClusterCommand
{
    private static readonly Argument<string> Cluster = new("CLUSTER") { Description = "The cluster's name." };
    private static readonly Option<bool> Declined = new("--declined") { Description = "List the offers declined last, with the reasons." };
    private static readonly Argument<long> Entry = new("ENTRY") { Description = "The entry's number, from pipeline cluster quarantine." };
    private static readonly Option<string?> Confirm = Confirmation.Option("cluster's name");

    private static readonly Option<bool> DropId = new("--drop-id")
    {
        Description = "Register as a new framework; all tasks are started again.",
    };
    public static Command Create(CommandFactory factory) => new("cluster", "Manage clusters.")
    {
        factory.List("List the clusters.", (_, _, _) => Task.FromResult("api/v1/clusters"),
            [
                new("cluster", "name"), new("state", "state"), new("agents", "agents"), new("active tasks", "activeTasks"),
                new("pending tasks", "pendingTasks"), new("leader", "leader"),
            ]),
        factory.Show("show", "Show a cluster.", Cluster, (_, cluster, _) => Task.FromResult(ClusterOption.Path(cluster))),
        factory.Show(
            "loop", "Show the leader's scheduling loop: age of the reconciliation, lag of updates, offers declined by reason.", Cluster,
            (_, cluster, _) => Task.FromResult(ClusterOption.Path(cluster, "loop"))),
        factory.Verb("offers", "List the offers that the leader holds now.", OffersAsync, Cluster, Declined),
        factory.Verb("reconcile", "Ask the Mesos master for the state of every task.", ReconcileAsync, Cluster),
        PriorityFreeze.Freeze(factory, Cluster),
        PriorityFreeze.Thaw(factory, Cluster),
        ForcedPlacement.Place(factory, Cluster),
        factory.Verb("quarantine", "List events that could not be processed and were set aside.", QuarantineAsync, Cluster),
        factory.Verb("release", "Process a quarantined event again.", ReleaseAsync, Cluster, Entry),
        factory.Verb(
            "reset-framework", "Subscribe again after the framework was failed over or removed.", ResetAsync, Cluster, DropId, Confirm),
    };

    private static async Task<int> OffersAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var path = ClusterOption.Path(parsed.GetValue(Cluster)!, "offers");
        if (parsed.GetValue(Declined))
        {
            session.Out.Table(
                await session.Api.GetAsync(path + "/declined", ct), new("time", "at"), new("agent", "host"), new("rack", "rack"),
                new("cpus", "resources.cpus"), new("memory (MB)", "resources.memoryMb"), new("reason", "words"),
                new("refused for (s)", "refusedForSeconds"));
        }
        else
        {
            session.Out.Table(
                await session.Api.GetAsync(path, ct), new("offer", "id"), new("agent", "host"), new("rack", "rack"),
                new("cpus", "resources.cpus"), new("memory (MB)", "resources.memoryMb"), new("ports", "ports"), new("since", "since"));
        }

        return ExitCodes.Success;
    }

    private static async Task<int> ReconcileAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var cluster = parsed.GetValue(Cluster)!;
        await session.Api.PostAsync(ClusterOption.Path(cluster, "reconcile"), null, ct);
        session.Out.Note($"Reconciliation of cluster {cluster} was requested.");
        return ExitCodes.Success;
    }

    private static async Task<int> QuarantineAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        session.Out.Table(
            await session.Api.GetAsync(ClusterOption.Path(parsed.GetValue(Cluster)!, "quarantine"), ct), new("entry", "id"),
            new("kind", "kind"), new("subject", "subjectId"), new("attempts", "times"), new("since", "at"), new("released", "releasedAt"),
            new("reason", "reason"));
        return ExitCodes.Success;
    }

    private static async Task<int> ReleaseAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var entry = parsed.GetValue(Entry);
        await session.Api.PostAsync(ClusterOption.Path(parsed.GetValue(Cluster)!, "quarantine", $"{entry}", "release"), null, ct);
        session.Out.Note($"Entry {entry} will be processed again.");
        return ExitCodes.Success;
    }

    private static async Task<int> ResetAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var cluster = parsed.GetValue(Cluster)!;
        Confirmation.Require(parsed, Confirm, cluster, $"A reset affects every task in cluster {cluster}.");
        var body = new { confirm = parsed.GetValue(DropId) ? "drop-id" : "take-over" };
        await OperatorChange.PostAsync(session, ClusterOption.Path(cluster, "framework", "reset"), body, ct);
        return ExitCodes.Success;
    }
}
