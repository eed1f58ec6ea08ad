using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

public sealed record WaitingModel(IReadOnlyList<WaitingLine> All, PromotionModel? Chosen);
