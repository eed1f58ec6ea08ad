using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Promotions;

public sealed record WaitingModel(IReadOnlyList<WaitingLine> All, PromotionModel? Chosen);
