using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.People.Data;
using Pipeline.TestKit;

namespace Pipeline.People.Tests;

/// <summary>The keys that sign sessions: in the database, but of no use to who has only that.</summary>
public sealed class CookieKeyTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string folder = Directory.CreateTempSubdirectory("cookie-keys-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_the_database_holds_is_encrypted_and_its_key_lies_in_a_private_file()
    {
        await using var server = await PeopleServer.StartAsync(settings: Settings);
        await SignInAsync(server);

        await using var connection = await server.Db.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var stored = Assert.Single(await connection.QueryAsync<string>("SELECT xml FROM identity.data_protection_key"));
        Assert.Contains("encryptedSecret", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", stored, StringComparison.Ordinal);
        var file = Path.Combine(folder, "data", "keys", "cookies.key");
        Assert.Equal(Private, File.GetUnixFileMode(file));
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public async Task Another_server_reads_them_with_the_same_file_and_with_another_one_not()
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync(typeof(PeopleModule).Assembly);
        string cookie;
        await using (var first = await PeopleServer.StartAsync(connectionString, Settings))
            cookie = await SignInAsync(first);

        await using var same = await PeopleServer.StartAsync(connectionString, Settings);
        await using var other = await PeopleServer.StartAsync(connectionString);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(same, cookie));
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(other, cookie));
    }

    [Fact]
    public async Task A_key_that_somebody_wrote_in_the_clear_is_not_used()
    {
        await using var server = await PeopleServer.StartAsync(settings: Settings);
        var keys = new DataProtectionKeys(server.Db, server.Services.GetRequiredService<KeyFile>());
        var before = keys.GetAllElements().Count;

        keys.StoreElement(
            XElement.Parse("<key id='1'><descriptor><masterKey><value>known</value></masterKey></descriptor></key>"), "planted");
        Assert.Equal(before, keys.GetAllElements().Count);
        keys.StoreElement(XElement.Parse("<key id='2'><descriptor><encryptedSecret/></descriptor></key>"), "ours");
        keys.StoreElement(XElement.Parse("<key id='3'><descriptor><encryptedSecret/></descriptor></key>"), "ours");
        Assert.Equal("3", Assert.Single(keys.GetAllElements(), e => e.Attribute("id")!.Value is "2" or "3").Attribute("id")!.Value);
    }

    [Fact]
    public void What_was_encrypted_comes_back_and_what_was_changed_does_not()
    {
        var file = new KeyFile(Options.Create(new PeopleOptions { DataDirectory = folder }));
        var secret = XElement.Parse("<a>π &amp; more</a>");

        var encrypted = file.Encrypt(secret);

        Assert.DoesNotContain("more", encrypted.ToString(), StringComparison.Ordinal);
        Assert.Equal(secret.ToString(), file.Decrypt(encrypted).ToString());
        Assert.NotEqual(encrypted.Value, file.Encrypt(secret).Value);
        var bytes = Convert.FromBase64String(encrypted.Value);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => file.Decrypt(new XElement("x", Convert.ToBase64String(changed))));
        }

        Assert.ThrowsAny<CryptographicException>(() => file.Decrypt(new XElement("x", Convert.ToBase64String(bytes[..20]))));
    }

    [Theory]
    [InlineData(32, UnixFileMode.GroupRead, "can be read by others (mode 640): chmod 600 it.")]
    [InlineData(32, UnixFileMode.OtherWrite, "can be read by others (mode 602): chmod 600 it.")]
    [InlineData(31, UnixFileMode.None, "is no key of 32 bytes.")]
    public void A_file_that_is_not_private_or_no_key_refuses_the_start(int length, UnixFileMode more, string problem)
    {
        var options = new PeopleOptions { DataDirectory = folder };
        Directory.CreateDirectory(Path.GetDirectoryName(options.KeyFile)!);
        File.WriteAllBytes(options.KeyFile, new byte[length]);
        File.SetUnixFileMode(options.KeyFile, Private | more);

        var refused = new KeyFileCheck().Validate(null, options);

        Assert.Contains(problem, refused.FailureMessage, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => new KeyFile(Options.Create(options)).Encrypt(new XElement("a")));
    }

    private Dictionary<string, string?> Settings => new() { ["DataDirectory"] = Path.Combine(folder, "data") };

    private static async Task<string> SignInAsync(PeopleServer server)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["token"] = (await server.TokenAsync("eleni", Permission.Build)).Token,
        });
        using var answer = await server.Http.PostAsync("/sign-in", form);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<HttpStatusCode> StatusAsync(PeopleServer server, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/needs/build");
        request.Headers.Add("Cookie", cookie);
        using var answer = await server.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
