using Pipeline.Server.Ui.Queries;

namespace Pipeline.Server.Ui.Pages;

/// <summary>The newest promotions by stage.</summary>
public sealed record StagesModel(IReadOnlyDictionary<string, IReadOnlyList<StagePromotion>> Lines);
