using Pipeline.DeployStages.Contract;
using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

/// <param name="Plan">Null when there is nothing to plan any more.</param>
public sealed record PromotionModel(
    PromotionPageView View, PlanView? Plan, IReadOnlyList<EvidenceView> Evidence, IReadOnlyList<TimelineRow> Timeline);
