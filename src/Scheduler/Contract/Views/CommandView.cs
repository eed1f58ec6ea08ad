namespace Pipeline.Scheduler.Contract.Views;

/// <summary>What became of a command.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="State"><c>waiting</c> (no leader took it up yet), <c>accepted</c>, <c>refused</c>.</param>
/// <param name="Code">Why it was refused, as a stable word.</param>
/// <param name="Detail">Why it was refused, or what it made.</param>
public sealed record CommandView(long Id, string Cluster, string State, string? Code, string? Detail);
