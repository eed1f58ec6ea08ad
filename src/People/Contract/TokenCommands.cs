using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.People.Contract.Views;
using Pipeline.People.Core;
using Pipeline.People.Data;

namespace Pipeline.People.Contract;

/// <summary>What administrators do to access tokens. Each is one transaction: row and journal event.</summary>
public sealed class TokenCommands
{
    private readonly TokenStore tokens;
    private readonly Journal journal;
    private readonly TimeProvider time;

    internal TokenCommands(TokenStore tokens, Journal journal, TimeProvider time) =>
        (this.tokens, this.journal, this.time) = (tokens, journal, time);

    /// <summary>Creates a token; its text is in the outcome and nowhere else. Needs <see cref="Permission.Administer"/>.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not.</exception>
    public async Task<CreateTokenOutcome> CreateAsync(Caller caller, NewToken wanted, CancellationToken ct)
    {
        caller.Require(Permission.Administer);
        if (TokenRules.Refuse(wanted) is { } refused)
            return refused;
        var row = new TokenRow(
            wanted.Login!,
            wanted.Kind ?? "person",
            wanted.Permissions is { Count: > 0 } given ? given : TokenRules.DefaultPermissions,
            wanted.Groups ?? [],
            wanted.Emails ?? [],
            wanted.ExpiresInDays is { } days ? time.GetUtcNow().AddDays(days) : null);
        return await Transactions.InTransactionAsync(
            async token =>
            {
                var (id, text) = await tokens.CreateAsync(row, caller.Actor, token);
                await journal.AppendAsync(new ActionRecorded("token.created", row.Login, null), caller.Actor, JournalSubject.None, token);
                return new CreateTokenOutcome.Created(new CreatedToken(id, row.Login, text));
            },
            ct);
    }

    /// <summary>Revokes a token: it ends with its browser sessions and open pages. Needs <see cref="Permission.Administer"/>.</summary>
    /// <returns>False when there is no such token, or it was revoked before.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not.</exception>
    public Task<bool> RevokeAsync(Caller caller, Guid id, CancellationToken ct)
    {
        caller.Require(Permission.Administer);
        return Transactions.InTransactionAsync(
            async token =>
            {
                if (!await tokens.RevokeAsync(id, token))
                    return false;
                await journal.AppendAsync(
                    new ActionRecorded("token.revoked", id.ToString(), null), caller.Actor, JournalSubject.None, token);
                return true;
            },
            ct);
    }
}
