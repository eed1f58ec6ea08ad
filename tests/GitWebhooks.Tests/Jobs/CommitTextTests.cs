using System.Text;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

/// <summary>The texts of a commit are bytes, of the encoding that it names or of none.</summary>
public sealed class CommitTextTests
{
    /// <summary>Author and message as Latin-1 writes the bytes, the header, and what people shall read.</summary>
    public static TheoryData<string, string, string?, string, string> Texts => new()
    {
        { "J\u00F6rg", "caf\u00E9 gr\u00FC\u00DFe", null, "Jörg", "café grüße" },
        { "J\u00F6rg", "caf\u00E9", "ISO-8859-1", "Jörg", "café" },
        { "J\u00F6rg", "\u0093smart\u0094 \u0080", "CP1252", "Jörg", "“smart” €" },
        { "\u00A4\u00C0", "\u00A4\u00DE", "EUC-JP", "だ", "ま" },
        { "\u00D4\u00CF\u00CD", "\u00F0\u00D2\u00C9\u00D7\u00C5\u00D4", "KOI8-R", "том", "Привет" },
        { "T", "caf\u00C3\u00A9", "ISO8859-15", "T", "cafÃ©" },
        { "T", "caf\u00E9", "x-nonsense", "T", "café" },
        { "T", "caf\u00C3\u00A9", "x-nonsense", "T", "café" },
        { "T", "caf\u00C3\u00A9", "UTF8", "T", "café" },
        { "T", "caf\u00E9", "UTF-8", "T", "café" },
        { "T", "\u00F0\u009F\u00A6\u0086 caf\u00E9", null, "T", "🦆 café" },
        { "T", "x\u00ED\u00A0\u0080y", null, "T", "xí\u00A0€y" },
        { "", "msg", null, "", "msg" },
        { "T", "a\u00EF\u00BF\u00BDb", null, "T", "a\uFFFDb" },
        { "T", "", null, "T", "" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_commit_is_read_in_its_own_encoding(string author, string message, string? encoding, string name, string read)
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        await repo.CommitAsync("Good");
        var strange = await WriteAsync(repo, author, message, encoding);
        await repo.PushAsync("main");

        await host.PushAsync(Payloads.Push(strange));

        Assert.Equal("processed: head moved", await host.ScalarAsync<string>("SELECT state || ': ' || outcome FROM git.delivery"));
        var commit = await host.Get<CommitQueries>().GetAsync(repository.Id, strange, CancellationToken.None);
        Assert.Equal((name, read, read), (commit!.AuthorName, commit.Subject, commit.Message.TrimEnd('\n')));
        var people = await host.Get<CommitQueries>().ContributorsAsync(repository.Id, null, strange, CancellationToken.None);
        Assert.Contains(people, p => p.Name == name && p.Email == "t@example.invalid");
    }

    private static async Task<CommitSha> WriteAsync(GitRepo repo, string author, string message, string? encoding)
    {
        var (tree, parent) = ((await repo.GitAsync("rev-parse", "HEAD^{tree}")).Trim(), (await repo.GitAsync("rev-parse", "HEAD")).Trim());
        var header = $"tree {tree}\nparent {parent}\nauthor {author} <t@example.invalid> 1312735823 +0000\n"
            + "committer T <t@example.invalid> 1312735823 +0000\n" + (encoding is null ? "" : $"encoding {encoding}\n");
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes($"{header}\n{message}"));
        var sha = (await repo.GitAsync("hash-object", "-t", "commit", "-w", "--literally", file)).Trim();
        File.Delete(file);
        await repo.GitAsync("update-ref", "refs/heads/main", sha);
        return CommitSha.Parse(sha);
    }
}
