using Pipeline.DeployStages.Contract;
using Pipeline.Ui.Queries.Promotions;
using Pipeline.Ui.Queries.Timelines;

namespace Pipeline.Ui.Pages.Promotions;

/// <param name="Plan">Null when there is nothing to plan any more.</param>
public sealed record PromotionModel(
    PromotionPageView View, PlanView? Plan, IReadOnlyList<EvidenceView> Evidence, IReadOnlyList<TimelineRow> Timeline);
