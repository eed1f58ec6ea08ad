using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd;

/// <summary>The product with a Docker engine under its clusters, and an image that has what no machine has.</summary>
public sealed class ContainerPipeline : IAsyncLifetime
{
    public const string Image = "acme/small:1";

    public PrivateDocker Docker { get; private set; } = null!;

    public PipelineInstance Instance { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Docker = await PrivateDocker.StartAsync();
        await Docker.ImportSmallSystemAsync(Image, new Dictionary<string, string> { ["/etc/acme"] = "only in the image\n" });
        Instance = await PipelineInstance.StartAsync(
            Policies.Automatic, new Dictionary<string, string> { ["PIPELINE_DOCKER_SOCKET"] = Docker.Socket });
    }

    public async ValueTask DisposeAsync()
    {
        await Instance.DisposeAsync();
        await Docker.DisposeAsync();
    }
}

/// <summary>Builds and services in containers of a real engine, from push to production.</summary>
public sealed class ContainerTests(ContainerPipeline fixture) : IClassFixture<ContainerPipeline>
{
    private const long Megabyte = 1024 * 1024;
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_build_and_its_service_run_in_containers_with_their_limits_in_force()
    {
        var repository = await pipeline.CreateRepositoryAsync("boxed");
        var sha = await repository.PushAsync("Run in a box", Files("boxed", ContainerPipeline.Image));

        await repository.ReachesAsync(sha, "production", "running", "succeeded");

        // The build read what only its image has; the service, too, in each stage.
        foreach (var stage in new[] { "infra-qa", "product-qa", "production" })
        {
            await pipeline.ServesAsync($"/apps/{stage}/boxed/built", "only in the image\n");
            await pipeline.ServesAsync($"/apps/{stage}/boxed/running", "only in the image\n");
        }

        var hosts = await ContainersOfAsync("boxed");
        Assert.Equal(3, hosts.Count);
        foreach (var host in hosts)
        {
            Assert.Equal("host", host.GetProperty("NetworkMode").GetString());
            Assert.Equal(96 * Megabyte, host.GetProperty("Memory").GetInt64());
            Assert.Equal(96 * Megabyte, host.GetProperty("MemoryReservation").GetInt64());
            Assert.Equal(250_000_000, host.GetProperty("NanoCpus").GetInt64());
            Assert.Equal(256, host.GetProperty("CpuShares").GetInt64());
        }
    }

    [Fact]
    public async Task A_step_that_takes_more_memory_than_it_has_fails_and_says_so()
    {
        var repository = await pipeline.CreateRepositoryAsync("hungry");
        var sha = await repository.PushAsync(
            "Eat", Files("hungry", ContainerPipeline.Image, step: "head -c 400000000 /dev/zero | tail -c 400000000"));

        var build = (await repository.BuildBecomesAsync(sha, "failed")).GetProperty("build");

        Assert.Equal("app", build.GetProperty("failureClass").GetString());
        Assert.Contains("out of memory", build.GetProperty("reason").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("64 MB", build.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_does_not_exist_fails_the_build_as_configuration_and_names_it()
    {
        using var registry = new EmptyRegistry();
        var image = $"{registry.Host}/acme/nothing:7";
        var repository = await pipeline.CreateRepositoryAsync("imageless");
        var sha = await repository.PushAsync("Build in nothing", Files("imageless", image));

        var build = (await repository.BuildBecomesAsync(sha, "failed")).GetProperty("build");

        Assert.Equal("config", build.GetProperty("failureClass").GetString());
        Assert.Contains(image, build.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("Check 'image' in .pipeline.yaml", build.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(image, await pipeline.Http.GetStringAsync($"/repos/tests/imageless/commits/{sha}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_whose_image_does_not_exist_fails_its_deploy_as_configuration_and_names_it()
    {
        using var registry = new EmptyRegistry();
        var image = $"{registry.Host}/acme/nothing:7";
        var repository = await pipeline.CreateRepositoryAsync("unboxed");
        var sha = await repository.PushAsync("Run in nothing", Files("unboxed", ContainerPipeline.Image, serviceImage: image));

        var commit = await repository.ReachesAsync(sha, "infra-qa", "rolled-back", "failed");

        var stage = TestRepository.Stage(commit, "infra-qa")!.Value;
        Assert.Contains(image, stage.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("Check 'image' in .pipeline.yaml", stage.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var failed = Assert.Single(await repository.EventsAsync(sha, "deploy.failed")).GetProperty("payload");
        Assert.Equal("config", failed.GetProperty("class").GetString());
        Assert.Contains(image, await pipeline.Http.GetStringAsync($"/repos/tests/unboxed/commits/{sha}"), StringComparison.Ordinal);
    }

    /// <summary>The settings of the containers in which instances of the deployable run.</summary>
    private async Task<IReadOnlyList<JsonElement>> ContainersOfAsync(string deployable)
    {
        var running = (await fixture.Docker.RunAsync("ps", "--quiet")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (_, output) = await fixture.Docker.RunAsync(["inspect", .. running]);
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray()
            .Where(c => c.GetProperty("Config").GetProperty("Env").EnumerateArray().Any(
                v => v.GetString()!.StartsWith($"TASK_ID={deployable}.", StringComparison.Ordinal)))
            .Select(c => c.GetProperty("HostConfig"))];
    }

    private static Dictionary<string, string> Files(string name, string image, string step = "true", string? serviceImage = null) => new()
    {
        [".pipeline.yaml"] = $$"""
            modules:
              web:
                image: {{image}}
                resources: { cpus: 0.5, memory: 64MB }
                steps:
                  - { name: prepare, run: '{{step}}' }
                  - { name: package, run: mkdir -p out && cp /etc/acme out/built }
                artifacts:
                  - { name: web, path: out }
            deployables:
              {{name}}:
                kind: service
                artifact: web
                image: {{serviceImage ?? image}}
                run: cp /etc/acme running && echo fine > healthz && exec busybox httpd -f -p $PORT0
                resources: { cpus: 0.25, memory: 96MB, ports: 1 }
                health: { http: /healthz, startup: 20s, interval: 200ms, timeout: 1s, successes: 2, healthy_for: 200ms }
                route: /{{name}}
            """,
    };
}
