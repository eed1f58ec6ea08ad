using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Messages;

/// <summary>The result of a command. A refused command changed nothing.</summary>
/// <param name="Code">Kebab-case and stable; null when accepted.</param>
/// <param name="Status">The HTTP status of a refusal: 404, 409, 422 or 429.</param>
/// <param name="Detail">Why it was refused and what to do, or what an accepted one created, a run id for example.</param>
internal sealed record CommandOutcome(string? Code, int Status, string? Detail)
{
    public static readonly CommandOutcome Accepted = new(null, 202, null);

    public bool IsAccepted => Code is null;

    public static CommandOutcome Done(string detail) => new(null, 202, detail);

    public static CommandOutcome NotFound(string what) => new("not-found", 404, what);

    public static CommandOutcome Conflict(string code, string detail) => new(code, 409, detail);

    public static CommandOutcome Invalid(string code, string detail) => new(code, 422, detail);

    /// <param name="what">Completes "cannot be …".</param>
    public static CommandOutcome WrongKind(Request request, string what) =>
        Invalid("wrong-kind", $"Request {request.Id} is of kind {Wording.Word(request.Kind)} and cannot be {what}.");

    public static CommandOutcome TooMany(string code, string detail) => new(code, 429, detail);
}
