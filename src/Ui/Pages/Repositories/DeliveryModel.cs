using Pipeline.Ui.Queries.Repositories;

namespace Pipeline.Ui.Pages.Repositories;

/// <param name="Body">The beginning of it; null for who may not read it.</param>
public sealed record DeliveryModel(DeliveryLine Line, IReadOnlyDictionary<string, string> Headers, string? Body);
