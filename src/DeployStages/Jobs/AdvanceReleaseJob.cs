namespace Pipeline.DeployStages;

public sealed class AdvanceReleaseJob
{
    public Task ExecuteAsync(string release, CancellationToken ct) => throw new NotImplementedException();
}
