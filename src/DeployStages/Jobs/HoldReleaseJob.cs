namespace Pipeline.DeployStages;

public sealed class HoldReleaseJob
{
    public Task ExecuteAsync(string release, string code, string detail, CancellationToken ct) => throw new NotImplementedException();
}
