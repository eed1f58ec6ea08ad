namespace Pipeline.People.Contract.Views;

/// <summary>An access token as people see it: never its text.</summary>
/// <param name="Kind"><c>person</c> or <c>token</c> (a machine: cannot approve).</param>
/// <param name="Emails">Addresses by which commits name this person; an author cannot approve his own release.</param>
public sealed record AccessToken(
    Guid Id, string Login, string Kind, IReadOnlyList<string> Permissions, IReadOnlyList<string> Groups, IReadOnlyList<string> Emails,
    DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);
