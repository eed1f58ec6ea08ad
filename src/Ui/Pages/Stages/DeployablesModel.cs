using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Stages;

/// <summary>A page of the matrix.</summary>
public sealed record DeployablesModel(IReadOnlyList<MatrixRow> Rows);
