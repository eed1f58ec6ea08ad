using Pipeline.DeployStages.Contract;
using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Stages;

/// <param name="Runs">Deployables that run in it.</param>
public sealed record StageModel(StageView Stage, IReadOnlyList<StagePromotion> Line, IReadOnlyList<MatrixRow> Runs);
