using System.Transactions;

namespace Pipeline.Kernel.Postgres;

/// <summary>Rows, journal events and Hangfire jobs commit or vanish together.</summary>
/// <remarks>
/// Only one connection may be open at a time inside the scope (close it before the next is opened, or before a job is enqueued):
/// two at once become a distributed transaction, which Npgsql refuses on Linux.
/// </remarks>
public static class Transactions
{
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

    public static Task InTransactionAsync(Func<CancellationToken, Task> work, CancellationToken ct) =>
        InTransactionAsync(
            async token =>
            {
                await work(token);
                return true;
            },
            ct);
}
