using Pipeline.Kernel;

namespace Pipeline.DeployStages;

/// <summary>Reads stages: what runs where, and how far a commit came.</summary>
public sealed class StageQueries
{
    /// <summary>In the order of the policy.</summary>
    public IReadOnlyList<StageView> Stages() => throw new NotImplementedException();

    public StageView? Find(string name) => throw new NotImplementedException();

    /// <summary>What each repository runs in the stage.</summary>
    public Task<IReadOnlyList<SlotView>> SlotsAsync(string stage, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Rows of the matrix by name, after <paramref name="after"/>; the cursor of the page is the last name.</summary>
    public Task<Page<DeployableRow>> DeployablesAsync(string? after, int limit, CancellationToken ct) => throw new NotImplementedException();

    public Task<DeployableRow?> DeployableAsync(string name, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>One entry per stage of the policy, in order: how far the commit came.</summary>
    public Task<IReadOnlyList<CommitStageView>> WhereAsync(CommitSha commit, CancellationToken ct) => throw new NotImplementedException();
}
