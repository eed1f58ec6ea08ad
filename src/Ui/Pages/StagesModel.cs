using Pipeline.Ui.Queries;

namespace Pipeline.Ui.Pages;

/// <summary>The newest promotions by stage.</summary>
public sealed record StagesModel(IReadOnlyDictionary<string, IReadOnlyList<StagePromotion>> Lines);
