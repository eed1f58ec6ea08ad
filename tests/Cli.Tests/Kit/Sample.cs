namespace Pipeline.Cli.Tests.Kit;

/// <summary>Objects as the server shows them.</summary>
internal static class Sample
{
    public const string Id = "01900000-0000-7000-8000-000000000001";
    public const string RepositoryId = "01900000-0000-7000-8000-0000000000aa";
    public const string Accepted = """{"id":7,"cluster":"production","state":"accepted","code":null,"detail":null}""";
    public const string Clusters = """{"items":[{"name":"production"},{"name":"qa"}],"next":null}""";
    public const string Empty = """{"items":[],"next":null}""";
    public const string Request = """
        {"cluster":"production","id":"billing-api","kind":"service","state":"active","activeDeploy":"d1","activeTasks":3,"changes":[]}
        """;

    public const string Agent = """
        {"cluster":"production","id":"x-1","host":"a1","rack":"r1","state":"active","tasks":2,"seenAt":"2026-03-01T12:00:00Z"}
        """;

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly string Sha = new('a', 40);
    public static readonly string Digest = "sha256:" + new string('b', 64);

    public static string Page(params string[] items) => $$"""{"items":[{{string.Join(',', items)}}],"next":null}""";

    public static string Promotion(string phase) =>
        $$"""{"id":"{{Id}}","number":91,"stage":"production","phase":"{{phase}}","reason":null}""";

    public static string Build(string state) => $$"""
        {"build":{"state":"{{state}}"},"modules":[{"name":"api","steps":[{"name":"test","index":0,"state":"succeeded","logBytes":8}]}]}
        """;

    /// <summary>An event of the stream, as it comes over the wire.</summary>
    public static string Event(int id, string type)
    {
        const string subject = """{"stage":"production","deployable":"api"}""";
        var data = $$"""{"at":"2026-03-01T12:00:00Z","subject":{{subject}},"payload":{"reason":"step {{id}}"}""" + "}";
        return $"id: {id}\nevent: {type}\ndata: {data}\n\n";
    }

    /// <summary>A server that knows the repository acme/web.</summary>
    public static FakeServer WithRepository() => FakeServer.Start()
        .On("GET /api/v1/repositories?name=acme%2Fweb", 200, Page($$"""{"id":"{{RepositoryId}}","owner":"acme","name":"web"}"""));

    /// <summary>A server whose cluster runs the request billing-api.</summary>
    public static FakeServer WithRequest() => FakeServer.Start().On("GET /api/v1/requests", 200, Page(Request));

    /// <summary>A server that knows one of everything, and accepts every change.</summary>
    public static FakeServer WithEverything() => WithRepository()
        .On("GET /api/v1/requests", 200, Page(Request))
        .On("GET /api/v1/clusters", 200, Page("""{"name":"production"}"""))
        .On("GET /api/v1/clusters/production/agents", 200, Page(Agent))
        .On("GET /api/v1/clusters/production/racks", 200, Page("""{"cluster":"production","name":"r1","state":"active","tasks":2}"""))
        .On(
            "GET /api/v1/clusters/production/deploys/d1", 200,
            """{"cluster":"production","id":"d1","kind":"service","healthyInstances":3}""")
        .On("GET /api/v1/clusters/production/deploys/run1", 200, """{"cluster":"production","id":"run1","kind":"run-once"}""")
        .On($"GET /api/v1/repositories/{RepositoryId}/builds?number=412", 200, Page($$"""{"id":"{{Id}}"}"""))
        .On($"GET /api/v1/releases?repository={RepositoryId}&number=7", 200, Page("""{"digest":"sha256:77"}"""))
        .On("GET /api/v1/tasks/t.1/files", 200, Page("""{"path":"out/a","kind":"file"}"""))
        .Otherwise(200, """{"state":"accepted","items":[]}""");
}
