namespace Pipeline.People.Contract.Views;

/// <summary>A token to be created. What is null gets its default.</summary>
/// <param name="Login">How commits and approvals name the bearer.</param>
/// <param name="Kind"><c>person</c> (default) or <c>token</c>, a machine that cannot approve.</param>
/// <param name="Permissions">Names from <see cref="Kernel.Permission.All"/>; empty: view, build, promote, approve.</param>
public sealed record NewToken(
    string? Login, string? Kind, IReadOnlyList<string>? Permissions, IReadOnlyList<string>? Groups, IReadOnlyList<string>? Emails,
    int? ExpiresInDays);
