using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

public sealed record WaitingModel(IReadOnlyList<WaitingLine> All, PromotionModel? Chosen);
