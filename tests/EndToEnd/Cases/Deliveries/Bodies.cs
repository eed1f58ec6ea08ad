using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases.Deliveries;

/// <summary>Changes a delivery before it is sent.</summary>
internal delegate void Change(JsonObject push, JsonObject repository);

/// <summary>Deliveries of a repository, each with something odd.</summary>
internal sealed class Bodies(ByteRepository repository, string sha)
{
    private const string Zero = "0000000000000000000000000000000000000000";

    public List<(string What, byte[] Body, bool Form)> All { get; } = [];

    public void Add(string what, string name, Change? change = null, string after = "", string before = Zero, bool form = false) =>
        All.Add((what, Body(name, after.Length == 0 ? sha : after, before, change), form));

    /// <summary>With bytes in place of a text.</summary>
    public void Raw(string what, string name, string find, byte[] put)
    {
        var body = Body(name, sha, Zero, null);
        var at = body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(find));
        All.Add((what, [.. body[..at], .. put, .. body[(at + find.Length)..]], false));
    }

    /// <summary>With a key that is there again later.</summary>
    public void Twice(string what) =>
        All.Add((what, [.. "{\"ref\":\"refs/heads/x\","u8, .. Body("refs/heads/main", sha, Zero, null)[1..]], false));

    private byte[] Body(string name, string after, string before, Change? change)
    {
        var described = new JsonObject
        {
            ["id"] = repository.ForgeId, ["name"] = repository.Name, ["full_name"] = $"tests/{repository.Name}",
            ["owner"] = new JsonObject { ["name"] = "tests", ["login"] = "tests" },
            ["clone_url"] = $"https://github.com/tests/{repository.Name}.git", ["default_branch"] = "main",
        };
        var push = new JsonObject
        {
            ["ref"] = name, ["before"] = before, ["after"] = after, ["created"] = before == Zero, ["deleted"] = false, ["forced"] = false,
            ["pusher"] = new JsonObject { ["name"] = "dev" }, ["sender"] = new JsonObject { ["login"] = "dev" }, ["head_commit"] = null,
            ["commits"] = new JsonArray(), ["repository"] = described,
        };
        change?.Invoke(push, described);
        return JsonSerializer.SerializeToUtf8Bytes(push);
    }
}
