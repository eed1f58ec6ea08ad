using System.Transactions;
using Dapper;
using Npgsql;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests.Postgres;

/// <summary>Rows of one unit of work commit or vanish together, over several connections one after the other.</summary>
public sealed class TransactionTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private NpgsqlDataSource db = default!;

    public async ValueTask InitializeAsync()
    {
        db = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        await using var make = db.CreateCommand("CREATE TABLE public.row (name text PRIMARY KEY)");
        await make.ExecuteNonQueryAsync(ct);
    }

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task Rows_of_two_connections_appear_at_once_and_only_at_the_end()
    {
        var result = await Transactions.InTransactionAsync(
            async token =>
            {
                await InsertAsync("one", token);
                await InsertAsync("two", token);
                Assert.Equal(0, await CommittedAsync());
                return "done";
            },
            ct);

        Assert.Equal("done", result);
        Assert.Equal(2, await CommittedAsync());
        Assert.Null(Transaction.Current);
    }

    [Fact]
    public async Task A_failure_takes_all_rows_with_it_and_comes_out_as_it_was_thrown()
    {
        var thrown = new TimeoutException("the third step");

        var caught = await Assert.ThrowsAsync<TimeoutException>(() => Transactions.InTransactionAsync(
            async token =>
            {
                await InsertAsync("one", token);
                await InsertAsync("two", token);
                throw thrown;
            },
            ct));

        Assert.Same(thrown, caught);
        Assert.Equal(0, await CommittedAsync());
        Assert.Null(Transaction.Current);
    }

    [Fact]
    public async Task Work_inside_work_is_one_transaction()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Transactions.InTransactionAsync(
            async outer =>
            {
                await Transactions.InTransactionAsync(inner => InsertAsync("inner", inner), outer);
                Assert.Equal(0, await CommittedAsync());
                throw new TimeoutException("outer");
            },
            ct));

        Assert.Equal(0, await CommittedAsync());
    }

    [Fact]
    public async Task Inner_work_that_failed_dooms_the_outer_also_when_it_looks_away()
    {
        await Assert.ThrowsAsync<TransactionAbortedException>(() => Transactions.InTransactionAsync(
            async outer =>
            {
                await InsertAsync("outer", outer);
                await Record.ExceptionAsync(() => Transactions.InTransactionAsync(_ => throw new TimeoutException("inner"), outer));
            },
            ct));

        Assert.Equal(0, await CommittedAsync());
    }

    [Fact]
    public async Task A_transaction_sees_what_others_committed_since_it_began()
    {
        await Transactions.InTransactionAsync(
            async token =>
            {
                Assert.Equal(0, await CountAsync(token));
                using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
                    await InsertAsync("by another", token);
                Assert.Equal(1, await CountAsync(token)); // read committed
            },
            ct);

        Assert.Equal(1, await CommittedAsync());
    }

    [Fact]
    public async Task Cancelled_work_leaves_nothing()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Transactions.InTransactionAsync(
            async token =>
            {
                await InsertAsync("one", token);
                await stop.CancelAsync();
                await InsertAsync("two", token);
            },
            stop.Token));

        Assert.Equal(0, await CommittedAsync());
    }

    private async Task InsertAsync(string name, CancellationToken token)
    {
        await using var connection = await db.OpenConnectionAsync(token);
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO public.row VALUES (@name)", new { name }, cancellationToken: token));
    }

    private async Task<long> CountAsync(CancellationToken token)
    {
        await using var connection = await db.OpenConnectionAsync(token);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition("SELECT count(*) FROM public.row", cancellationToken: token));
    }

    private async Task<long> CommittedAsync()
    {
        using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await CountAsync(ct);
    }
}
