namespace Pipeline.DeployStages;

public sealed class DeployEndedJob
{
    public Task ExecuteAsync(string cluster, string deployId, CancellationToken ct) => throw new NotImplementedException();
}
