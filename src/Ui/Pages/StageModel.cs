using Pipeline.DeployStages;
using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

/// <param name="Runs">Deployables that run in it.</param>
public sealed record StageModel(StageView Stage, IReadOnlyList<StagePromotion> Line, IReadOnlyList<MatrixRow> Runs);
