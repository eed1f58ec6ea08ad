namespace Pipeline.GitWebhooks.Contract;

/// <summary>A delivery as it arrived, without its body.</summary>
/// <param name="Id">Our id.</param>
/// <param name="Forge">Always <c>github</c>.</param>
/// <param name="DeliveryId">The forge's own id: the same again on a redelivery.</param>
/// <param name="Event">The forge's name for what happened: <c>push</c>, <c>ping</c> …</param>
/// <param name="ReceivedAt">When it arrived.</param>
/// <param name="State"><c>received</c> (a job will process it), <c>processed</c>, <c>ignored</c>, <c>rejected</c>.</param>
/// <param name="Outcome">One sentence on what became of it.</param>
/// <param name="RepositoryId">The repository it is about, once that is known.</param>
/// <param name="Ref">The full ref it is about, once that is known.</param>
/// <param name="ProcessedAt">Null until it was processed.</param>
/// <param name="Bytes">Size of the body.</param>
public sealed record Delivery(
    Guid Id, string Forge, string DeliveryId, string Event, DateTimeOffset ReceivedAt, string State, string? Outcome,
    Guid? RepositoryId, string? Ref, DateTimeOffset? ProcessedAt, long Bytes);

/// <summary>A delivery with its headers and its body as text.</summary>
/// <param name="Delivery">The delivery itself.</param>
/// <param name="Headers">What the forge said about it; no credentials, and of signatures only their beginning.</param>
/// <param name="Body">As it was sent; null for who is not signed in.</param>
public sealed record DeliveryDetail(Delivery Delivery, IReadOnlyDictionary<string, string> Headers, string? Body);
