using System.Runtime.CompilerServices;
using System.Transactions;

namespace Pipeline.Kernel.Postgres;

/// <summary>Rows, journal events and Hangfire jobs commit or vanish together.</summary>
/// <remarks>
/// Only one connection may be open at a time inside the scope (close it before the next is opened, or before a job is enqueued):
/// two at once become a distributed transaction, which Npgsql refuses on Linux.
/// </remarks>
public static class Transactions
{
    /// <summary>Runs the work in the ambient transaction, or in one of its own; an exception rolls it back.</summary>
    public static async Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        using var scope = new TransactionScope(
            TransactionScopeOption.Required,
            new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted, Timeout = TimeSpan.FromMinutes(1) },
            TransactionScopeAsyncFlowOption.Enabled);
        var result = await work(ct);
        scope.Complete();
        return result;
    }

    /// <summary>As the other, for work without a result.</summary>
    public static Task InTransactionAsync(Func<CancellationToken, Task> work, CancellationToken ct) =>
        InTransactionAsync(
            async token =>
            {
                await work(token);
                return true;
            },
            ct);

    /// <summary>
    /// The first line of whatever may take long: git, the network, the contents of files. Rows stay locked until a transaction ends, and
    /// the database ends one that does nothing for 10 s.
    /// </summary>
    /// <exception cref="InvariantViolatedException">A transaction is open. Do it before, and look in the transaction whether what was
    /// assumed is still so.</exception>
    public static void RequireNone([CallerMemberName] string work = "")
    {
        if (Transaction.Current is not null)
            throw new InvariantViolatedException($"{work} may take long and was called in a transaction.");
    }
}
