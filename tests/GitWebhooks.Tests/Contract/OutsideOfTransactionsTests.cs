using System.Reflection;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Forge;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Contract;

/// <summary>Git and the forge may take as long as they like: nobody waits for them with rows locked.</summary>
public sealed class OutsideOfTransactionsTests
{
    /// <summary>What reads rows alone, and joins a transaction.</summary>
    private static readonly string[] OfRows = ["GetAsync", "ListAsync", "BranchesAsync"];

    [Fact]
    public async Task Whatever_asks_git_or_the_forge_refuses_to_be_called_in_a_transaction()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var known = await host.RegisterAsync(repo);
        var head = await repo.CommitAsync("One");
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(head));
        object[] slow = [host.Get<CommitQueries>(), host.Get<SourceQueries>(), host.Get<CommitCommands>(), host.Get<Mirror>(),
            host.Get<GitHubRepositories>(), host.Get<GitHubStatuses>()];
        var refused = 0;
        foreach (var (target, method) in slow.SelectMany(t => Methods(t).Select(m => (t, m))))
        {
            object?[] arguments = [.. method.GetParameters().Select(p => Argument(p.ParameterType, known, head))];
            var failure = await Record.ExceptionAsync(() => Transactions.InTransactionAsync(
                async _ =>
                {
                    if (method.Invoke(target, arguments) is Task task)
                        await task;
                },
                default));
            var thrown = failure is TargetInvocationException { InnerException: { } inner } ? inner : failure;
            Assert.True(thrown is InvariantViolatedException, $"{target.GetType().Name}.{method.Name}: {thrown?.Message ?? "it ran"}");
            Assert.Contains("in a transaction", thrown!.Message, StringComparison.Ordinal);
            refused++;
        }

        Assert.True(refused > 12, $"{refused} methods were tried.");
    }

    private static object? Argument(Type type, Repository repository, CommitSha commit) =>
        type == typeof(Caller) ? Caller.System("test")
        : type == typeof(RepositoryId) ? repository.Id
        : type == typeof(Repository) ? repository
        : type == typeof(CommitSha) || type == typeof(CommitSha?) ? commit
        : type == typeof(string) ? "main"
        : type == typeof(IReadOnlyList<string>) ? Array.Empty<string>()
        : type == typeof(CancellationToken) ? CancellationToken.None
        : type == typeof(long) ? 1L
        : null;

    private static IEnumerable<MethodInfo> Methods(object target) =>
        target.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => !m.IsSpecialName && !(target is CommitQueries && OfRows.Contains(m.Name)) && m.Name != nameof(Mirror.PathOf));
}
