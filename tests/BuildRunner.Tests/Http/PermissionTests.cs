using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Http;

/// <summary>Each endpoint opens with its permission and with no other, and what is refused writes nothing.</summary>
public sealed class PermissionTests(BuildFixture fixture) : IClassFixture<BuildFixture>, IAsyncLifetime
{
    private readonly BuildHost host = fixture.Host;
    private Guid build;

    public async ValueTask InitializeAsync() => build = (await host.PushAsync(TaskCalls.OneStep)).Build.Id;

    public ValueTask DisposeAsync() => default;

    /// <summary>Method and address, body, the permissions that open it, and the answer then.</summary>
    private static readonly (string Call, string? Body, string[] Needed, int Good)[] Endpoints =
    [
        ("GET {list}", null, [Permission.View], 200),
        ("POST {list}", "{}", [Permission.View, Permission.Build], 400),
        ("GET {build}", null, [Permission.View], 200),
        ("GET {build}/definition", null, [Permission.View], 200),
        ("POST {build}/cancel", "{}", [Permission.View, Permission.Build], 202),
        ("POST {build}/retry", null, [Permission.View, Permission.Build], 202),
        ("POST /api/v1/definitions/lint", "{\"content\":\"\"}", [Permission.View], 200),
        ("GET {build}/modules/build/steps/0/log", null, [Permission.View], 200),
    ];

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (var number in Enumerable.Range(0, Endpoints.Length))
            {
                foreach (var permissions in (string[])[BuildHost.Nobody, "", .. Permission.All, "view build", "View", "view,build"])
                    cases.Add(number, permissions);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_endpoint_opens_with_its_permissions_alone(int number, string permissions)
    {
        var (call, body, needed, good) = Endpoints[number];
        var (method, address) = (call.Split(' ')[0], call.Split(' ')[1]);
        // No delivery brought a branch, so that a start without a commit gets past the permissions and no further.
        var expected = permissions == BuildHost.Nobody ? 401 : needed.All(permissions.Split(' ').Contains) ? good : 403;
        var path = address.Replace("{list}", host.List(), StringComparison.Ordinal)
            .Replace("{build}", $"/api/v1/builds/{build}", StringComparison.Ordinal);
        HttpCalls.Answer answer = null!;
        var changes = await Written.ByAsync(
            host.Database, async () => answer = await host.SendAsync(method, path, body, (BuildHost.OnlyHeader, permissions)));

        Assert.Equal(expected, answer.Status);
        Assert.Equal(good == 202 && expected == good, changes.Count > 0);
    }

    [Theory]
    [InlineData("GET", "/api/v1/builds/{0}")]
    [InlineData("POST", "/api/v1/builds/{0}/retry")]
    [InlineData("POST", "/api/v1/builds/{0}/cancel")]
    public async Task Without_permission_what_there_is_and_what_there_is_not_look_the_same(string method, string address)
    {
        foreach (var id in (Guid[])[build, Guid.CreateVersion7()])
        {
            var path = address.Replace("{0}", id.ToString(), StringComparison.Ordinal);
            Assert.Equal(403, (await host.SendAsync(method, path, null, (BuildHost.OnlyHeader, Permission.Operate))).Status);
        }
    }
}
