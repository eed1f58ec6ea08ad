namespace Pipeline.DeployStages;

public sealed class AdvancePromotionJob
{
    public Task ExecuteAsync(Guid promotion, CancellationToken ct) => throw new NotImplementedException();
}
