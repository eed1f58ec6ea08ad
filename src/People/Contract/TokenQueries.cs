using Pipeline.People.Contract.Views;
using Pipeline.People.Data;

namespace Pipeline.People.Contract;

/// <summary>Reads access tokens.</summary>
public sealed class TokenQueries
{
    private readonly TokenStore tokens;

    internal TokenQueries(TokenStore tokens) => this.tokens = tokens;

    /// <summary>Newest first, at most 200, without their texts.</summary>
    public Task<IReadOnlyList<AccessToken>> ListAsync(CancellationToken ct) => tokens.ListAsync(ct);

    /// <summary>False on a server that nobody can sign in to yet.</summary>
    public Task<bool> AnyAsync(CancellationToken ct) => tokens.AnyAsync(ct);
}
