using Pipeline.Ui.Queries.Promotions;

namespace Pipeline.Ui.Pages.Stages;

/// <summary>The newest promotions by stage.</summary>
public sealed record StagesModel(IReadOnlyDictionary<string, IReadOnlyList<StagePromotion>> Lines);
