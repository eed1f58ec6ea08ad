using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Tests.Core.Harness;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>A server with a service and an on-demand job on a cluster whose master is away: policy does not need one.</summary>
public sealed class PolicyServer : IAsyncLifetime
{
    public const string Web = "/api/v1/clusters/test/requests/api-web";
    public const string Report = "/api/v1/clusters/test/requests/report";
    private static readonly CancellationToken None = CancellationToken.None;

    public HttpClient Http { get; } = new();
    public WebApplication App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await ClusterServer.StartAsync("http://127.0.0.1:1", "#!/bin/sh\n");
        Http.BaseAddress = new Uri(App.Urls.First());
        var commands = App.Services.GetRequiredService<SchedulerCommands>();
        await commands.DeployAsync(Machine.Web("v1", 12), None);
        await commands.DeployAsync(Machine.Job("r1", new DeployOptions { OnDemand = new OnDemand(2) }), None);
        await Eventually.BecomesAsync(
            () => App.Services.GetRequiredService<SchedulerQueries>().RequestAsync("test", "report", None), r => r?.ActiveDeploy == "r1",
            TimeSpan.FromSeconds(20), "the deploys are taken up");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request, None);
        var text = await response.Content.ReadAsStringAsync(None);
        Assert.True(text.Length > 0, $"{method} {path} answered {(int)response.StatusCode} without a word");
        return (response.StatusCode, JsonDocument.Parse(text).RootElement.Clone());
    }
}
