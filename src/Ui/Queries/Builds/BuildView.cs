namespace Pipeline.Ui.Queries.Builds;

/// <summary>A build with its modules and steps.</summary>
/// <param name="State">As in <see cref="BuildMark"/>.</param>
/// <param name="Problems">Errors of the definition.</param>
public sealed record BuildView(
    Guid Id, Guid RepositoryId, string Repository, string Sha, string? Subject, string? Branch, int Number, string State, string Trigger,
    string RequestedBy,
    string? FailureClass, string? Reason, string? DefinitionFile, IReadOnlyList<ProblemRow> Problems, DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int? RetryOf, IReadOnlyList<ModuleView> Modules)
{
    /// <summary>A module is handed over and runs nowhere yet: why, the scheduler says in its row and not in the journal.</summary>
    public TimeSpan? RefreshInterval => Modules.Any(m => m.State == "Queued") ? TimeSpan.FromSeconds(1) : null;
}

public sealed record ProblemRow(string File, int Line, int Column, string Message, string? Hint);
