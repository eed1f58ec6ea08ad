using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Pipeline.LocalMesos.Http;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Protocol;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Http;

/// <summary>The forms of requests and answers: media types, lengths, compression, and who may send them.</summary>
public sealed class MessageFormTests
{
    private static readonly LocalMesosOptions Closed = new()
    {
        AuthenticateFrameworks = true, AuthenticateReadOnly = true, AuthenticateReadWrite = true, RequireCredentials = true,
        Credentials = new Dictionary<string, string> { ["p"] = "s:ü", [""] = "nobody's" },
    };

    [Theory]
    [InlineData(null, 400, "Expecting 'Content-Type' to be present")]
    [InlineData("", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [InlineData("text/plain", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [InlineData("application/json; charset=utf-8", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    public async Task A_call_of_another_type_is_rejected(string? type, int status, string text)
    {
        var rejected = await Assert.ThrowsAsync<CallRejectedException>(() => Requests.ReadAsync<W.Call>(Request("{}"u8.ToArray(), type)));

        Assert.Equal((status, text), (rejected.Status, rejected.Message));
    }

    [Fact]
    public async Task A_call_is_the_same_as_JSON_and_as_protobuf()
    {
        var call = new W.Call { Type = W.Call.Types.Type.Revive, FrameworkId = new W.FrameworkID { Value = "ü" } };

        Assert.Equal(call, await Requests.ReadAsync<W.Call>(Request(call.ToByteArray(), MediaTypes.Protobuf)));
        Assert.Equal(call, await Requests.ReadAsync<W.Call>(Request(
            """{"type":"REVIVE","framework_id":{"value":"ü"}}"""u8.ToArray(), MediaTypes.Json)));
    }

    [Theory]
    [InlineData(MediaTypes.Protobuf, "0A")] // a field that ends before its length
    [InlineData(MediaTypes.Protobuf, "FF")]
    [InlineData(MediaTypes.Protobuf, "0A00")] // a framework id without its required value
    [InlineData(MediaTypes.Json, "7B")]
    [InlineData(MediaTypes.Json, "")]
    [InlineData(MediaTypes.Json, "5B5D")]
    public async Task A_call_that_cannot_be_parsed_is_rejected_with_400(string type, string hex) => Assert.Equal(
        400, (await Assert.ThrowsAsync<CallRejectedException>(
            () => Requests.ReadAsync<W.Call>(Request(Convert.FromHexString(hex), type)))).Status);

    [Theory]
    [InlineData("", MediaTypes.Json)]
    [InlineData("*/*", MediaTypes.Json)]
    [InlineData("application/*", MediaTypes.Json)]
    [InlineData("application/json", MediaTypes.Json)]
    [InlineData("application/x-protobuf", MediaTypes.Protobuf)]
    [InlineData("application/x-protobuf, application/json;q=0.5", MediaTypes.Json)]
    [InlineData("text/html, application/x-protobuf", MediaTypes.Protobuf)]
    [InlineData("text/html", null)]
    public void An_answer_is_of_a_type_that_is_accepted(string accept, string? type)
    {
        var http = new DefaultHttpContext { Request = { Headers = { Accept = accept } } };

        if (type is not null)
            Assert.Equal(type, Requests.AcceptedMediaType(http));
        else
            Assert.Equal(406, Assert.Throws<CallRejectedException>(() => Requests.AcceptedMediaType(http)).Status);
    }

    [Theory]
    [InlineData(1023, "gzip", false)]
    [InlineData(1024, "gzip", true)]
    [InlineData(1024, "deflate, gzip;q=0.5", true)]
    [InlineData(1024, "deflate", false)]
    [InlineData(1024, "", false)]
    public async Task A_long_answer_is_compressed_for_who_accepts_it_and_always_has_its_length(
        int length, string encodings, bool isCompressed)
    {
        var http = Response();
        http.Request.Headers.AcceptEncoding = encodings;
        var json = $"\"{new string('x', length - 2)}\"";

        await Responses.LegacyJsonAsync(http, json);

        var body = ((MemoryStream)http.Response.Body).ToArray();
        Assert.Equal((body.Length, "application/json"), (http.Response.ContentLength, http.Response.ContentType));
        Assert.Equal(isCompressed ? "gzip" : "", http.Response.Headers.ContentEncoding.ToString());
        Assert.Equal(json, isCompressed ? Decompressed(body) : Encoding.UTF8.GetString(body));
    }

    [Fact]
    public async Task A_callback_makes_a_script_of_an_answer()
    {
        var http = Response();
        http.Request.QueryString = new QueryString("?jsonp=show");

        await Responses.LegacyJsonAsync(http, """{"a":"ü"}""");

        Assert.Equal(("text/javascript", 16L), (http.Response.ContentType, http.Response.ContentLength));
        Assert.Equal("""show({"a":"ü"})""", Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("grüße", 7)]
    public async Task A_text_has_its_length_in_bytes_also_when_it_is_empty(string text, long bytes)
    {
        var http = Response();

        await Responses.TextAsync(http, 409, text);

        Assert.Equal(
            (409, bytes, "text/plain; charset=utf-8"), (http.Response.StatusCode, http.Response.ContentLength, http.Response.ContentType));
        Assert.Equal(text, Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()));
    }

    [Theory]
    [InlineData("p:s:ü", "p")] // only the first colon ends the name
    [InlineData(":nobody's", "")]
    [InlineData("p:s", null)]
    [InlineData("P:s:ü", null)]
    [InlineData("p:s:ü ", null)]
    [InlineData("p", null)]
    [InlineData("", null)]
    [InlineData("q:s:ü", null)]
    public void A_principal_is_who_knows_its_secret(string pair, string? principal)
    {
        foreach (var scheme in new[] { "Basic", "basic" })
            Assert.Equal(principal, Authenticated($"{scheme} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}"));
        Assert.Null(Authenticated($"Bearer {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Basic")]
    [InlineData("Basic ***")]
    [InlineData("Basic cDpz=cDpz")]
    public void A_header_that_cannot_be_read_is_nobody_s(string header) => Assert.Null(Authenticated(header));

    [Theory]
    [InlineData("Scheduler", "mesos-master-scheduler")]
    [InlineData("ReadWrite", "mesos-master-readwrite")]
    [InlineData("ReadOnly", "mesos-master-readonly")]
    [InlineData("Everything", "localmesos")]
    public void Each_realm_has_a_flag_and_a_challenge_of_its_own(string name, string challenge)
    {
        var realm = Enum.Parse<AuthenticationRealm>(name);
        var http = Response();
        var rejected = Assert.Throws<CallRejectedException>(() => BasicAuthentication.Authenticate(http, Closed, realm));

        Assert.Equal((401, $"Basic realm=\"{challenge}\""), (rejected.Status, http.Response.Headers.WWWAuthenticate.ToString()));
        var open = realm switch
        {
            AuthenticationRealm.Scheduler => Closed with { AuthenticateFrameworks = false },
            AuthenticationRealm.ReadWrite => Closed with { AuthenticateReadWrite = false },
            AuthenticationRealm.ReadOnly => Closed with { AuthenticateReadOnly = false },
            AuthenticationRealm.Everything => Closed with { RequireCredentials = false },
        };
        Assert.Null(BasicAuthentication.Authenticate(Response(), open, realm));
    }

    private static string? Authenticated(string header)
    {
        var http = Response();
        http.Request.Headers.Authorization = header;
        try
        {
            return BasicAuthentication.Authenticate(http, Closed, AuthenticationRealm.ReadOnly);
        }
        catch (CallRejectedException e) when (e.Status == 401)
        {
            return null;
        }
    }

    private static DefaultHttpContext Response() => new() { Response = { Body = new MemoryStream() } };

    private static DefaultHttpContext Request(byte[] body, string? type) =>
        new() { Request = { Body = new MemoryStream(body), ContentType = type } };

    private static string Decompressed(byte[] body)
    {
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var text = new StreamReader(gzip);
        return text.ReadToEnd();
    }
}
