using System.Transactions;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.DeployStages.Rollout.Commits;

/// <summary>
/// How commits follow each other, for steps that run in a transaction. Git may walk a long history for seconds, so a transaction never
/// waits for it: a question that has no answer yet ends the transaction, git answers, and the work begins anew on the rows as they are
/// then. Answers name the commits that they are about, and commits never change: when a branch moved meanwhile, that is another question.
/// </summary>
internal sealed class CommitHistory(CommitQueries commits)
{
    /// <summary>Each round has at least one answer more. A branch that moves faster than git walks ends the work with an error: its job
    /// comes again.</summary>
    private const int MostRounds = 20;

    private readonly AsyncLocal<Dictionary<object, object>?> answers = new();

    /// <summary>Runs the work in a transaction, again after each walk. Joins the ambient one, whose owner starts anew.</summary>
    public async Task<T> InTransactionAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        if (Transaction.Current is not null)
            return await work(ct);
        answers.Value = [];
        for (var round = 1; ; round++)
        {
            try
            {
                return await Transactions.InTransactionAsync(work, ct);
            }
            catch (UnansweredException question) when (round < MostRounds)
            {
                answers.Value[question.Key] = await question.AskAsync(ct);
            }
        }
    }

    /// <summary>As the other, for work without a result.</summary>
    public Task InTransactionAsync(Func<CancellationToken, Task> work, CancellationToken ct) => InTransactionAsync(
        async token =>
        {
            await work(token);
            return true;
        },
        ct);

    /// <summary>The commit is one of the others or in the history of one. False when git does not hold them.</summary>
    public Task<bool> IsWithinAsync(RepositoryId repository, CommitSha commit, IReadOnlyList<CommitSha> others, CancellationToken ct) =>
        AnswerAsync(
            (nameof(IsWithinAsync), repository, commit, string.Join(' ', others)),
            _ => Task.FromResult(others.Any(other => commits.IsAncestor(repository, commit, other))), ct);

    /// <summary>Authors and pushers of every commit that <paramref name="to"/> has and <paramref name="from"/> has not; empty when nothing
    /// is known.</summary>
    public Task<IReadOnlyList<CommitContributor>> ContributorsAsync(
        RepositoryId repository, CommitSha? from, CommitSha to, CancellationToken ct) => AnswerAsync(
        (nameof(ContributorsAsync), repository, from, to), token => commits.ContributorsAsync(repository, from, to, token), ct);

    private async Task<T> AnswerAsync<T>(object key, Func<CancellationToken, Task<T>> ask, CancellationToken ct)
        where T : notnull
    {
        if (Transaction.Current is null)
            return await ask(ct);
        var known = answers.Value;
        Invariant.Require(known is not null);
        return known.TryGetValue(key, out var answer) ? (T)answer : throw new UnansweredException(key, async token => await ask(token));
    }

    private sealed class UnansweredException(object key, Func<CancellationToken, Task<object>> ask)
        : Exception("The commits of the repository changed more often than git could be asked about them.")
    {
        public object Key => key;

        public Task<object> AskAsync(CancellationToken ct) => ask(ct);
    }
}
