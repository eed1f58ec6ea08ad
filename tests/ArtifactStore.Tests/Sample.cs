using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Tests;

internal static class Sample
{
    public static readonly RepositoryId Repository = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));
    public static readonly CommitSha Commit = CommitSha.Parse("0123456789012345678901234567890123456789");
    public static readonly Caller Tester = Caller.System("test");
    public static readonly Caller Eleni = new(Actor.Person("eleni"), new HashSet<string> { Permission.Hold }, [], []);
    public static readonly ReleaseArtifact Api = new("api", "api", Digest.Of("api"u8), 3, "application/x-tar+gzip");
    public static readonly ReleaseArtifact Web = new("web", "web", Digest.Of("web"u8), 3, "application/x-tar+gzip");

    public static BuildId Build(int n) => new(Guid.Parse($"01900000-0000-7000-8000-{n:D12}"));

    public static NewRelease Release(int build = 1, string? commit = null, params ReleaseDeployable[] deployables) => new(
        Repository, "https://git.example/o/r", commit is null ? Commit : CommitSha.Parse(commit), Build(build), [Web, Api],
        deployables.Length > 0 ? deployables : [Deployable("web"), Deployable("api")], null, null);

    public static ReleaseDeployable Deployable(string name, params (string Name, string Value)[] env) => new(
        name, "service", "api", Api.Digest, Api.Bytes, Api.MediaType, "./serve --port $PORT0", 2, 0.50m, 256, 100, 1,
        new DeployableHealth("/healthz", 120, 5, 5, 2, 10),
        env.ToDictionary(e => e.Name, e => e.Value),
        "/api",
        new Dictionary<string, StageOverride> { ["production"] = new(6, new Dictionary<string, string> { ["LOG"] = "warn" }, null, 512) });
}
