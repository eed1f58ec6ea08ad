using System.Text.Json;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Http;

/// <summary><c>POST /api/v1/definitions/lint</c>: any text gives an answer, and writes nothing.</summary>
public sealed class LintTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private readonly BuildHost host = fixture.Host;

    [Theory]
    [InlineData("steps: [{ run: x }]", null, true, "")]
    [InlineData("modules: { a: { path: gone, steps: [{ run: x }] } }", "x.yml", true, "")]
    [InlineData("stepz: 1", null, false, ".pipeline.yaml:1:1")]
    [InlineData("", null, false, ".pipeline.yaml:1:1")]
    [InlineData("\0", null, false, ".pipeline.yaml:1:1")]
    [InlineData("a\n  b: [", "my file.yml", false, "my file.yml:2:4")]
    [InlineData("[]", "", false, ".pipeline.yaml:1:1")]
    public async Task A_definition_is_checked_and_its_problems_carry_the_file_s_name(string content, string? file, bool valid, string place)
    {
        var json = JsonSerializer.Serialize(new { content, file });
        HttpCalls.Answer answer = null!;
        Assert.Empty(await Written.ByAsync(host.Database, async () =>
            answer = await host.SendAsync("POST", "/api/v1/definitions/lint", json)));

        Assert.Equal((200, valid), (answer.Status, answer.Body.GetProperty("valid").GetBoolean()));
        Assert.Equal(valid ? JsonValueKind.Object : JsonValueKind.Null, answer.Body.GetProperty("definition").ValueKind);
        var problems = answer.Body.GetProperty("problems").EnumerateArray().ToList();
        Assert.Equal(valid, problems.Count == 0);
        if (!valid)
            Assert.Equal(place, $"{problems[0].GetProperty("file")}:{problems[0].GetProperty("line")}:{problems[0].GetProperty("column")}");
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(201, false)]
    public async Task A_file_s_name_of_more_than_200_characters_is_not_repeated(int length, bool kept)
    {
        var name = new string('n', length);
        var answer = await host.SendAsync(
            "POST", "/api/v1/definitions/lint", JsonSerializer.Serialize(new { content = "stepz: 1", file = name }));
        var problem = answer.Body.GetProperty("problems").EnumerateArray().First();
        Assert.Equal(kept ? name : ".pipeline.yaml", problem.GetProperty("file").GetString());
    }

    [Theory]
    [InlineData("{}", "content must be the text of a definition.")]
    [InlineData("{\"content\":null}", "content must be the text of a definition.")]
    [InlineData("{\"content\":7}", "")]
    [InlineData("{\"content\":\"\\ud800\"}", "")]
    [InlineData("null", "")]
    [InlineData("", "")]
    public async Task What_is_no_text_is_refused(string body, string title)
    {
        var answer = await host.SendAsync("POST", "/api/v1/definitions/lint", body);
        Assert.Equal((400, title), (answer.Status, answer.Text("title")));
    }
}
