using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Contract;

/// <summary>What the leader of the cluster made of an operator's command.</summary>
/// <param name="Id">The command's number, good for <c>GET /api/v1/commands/{id}</c>.</param>
/// <param name="Accepted">Null while no leader has handled it.</param>
/// <param name="Code">Why it was refused, as a stable word.</param>
/// <param name="Detail">Why it was refused, or what it made, a run id for example.</param>
public sealed record OperatorAnswer(long Id, bool? Accepted, string? Code, string? Detail)
{
    /// <summary>The cluster that the command was sent to.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>The HTTP status of a refusal: 404, 409, 422 or 429; 202 otherwise.</summary>
    public int Status { get; init; } = 202;

    internal static OperatorAnswer Of(CommandAnswer answer) =>
        new(answer.Id, answer.Outcome?.IsAccepted, answer.Outcome?.Code, answer.Outcome?.Detail)
        {
            Cluster = answer.Cluster, Status = answer.Outcome?.Status ?? 202,
        };
}
