namespace Pipeline.DeployStages;

public sealed class OfferReleaseJob
{
    public Task ExecuteAsync(string release, CancellationToken ct) => throw new NotImplementedException();
}
