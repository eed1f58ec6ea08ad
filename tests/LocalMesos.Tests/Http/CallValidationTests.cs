using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Pipeline.LocalMesos.Http;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Protocol;
using Pipeline.LocalMesos.Tests.Harness;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Http;

/// <summary>What is rejected before it reaches the master, with a real master's status and words.</summary>
public sealed class CallValidationTests
{
    private const string Prefix = "Failed to validate scheduler::Call: ";

    [Theory]
    [InlineData("""{}""", "Expecting 'type' to be present")]
    [InlineData("""{"type":"UNKNOWN"}""", "Expecting 'type' to be present")]
    [InlineData("""{"type":"SUBSCRIBE"}""", "Expecting 'subscribe' to be present")]
    [InlineData("""{"type":"TEARDOWN"}""", "Expecting 'framework_id' to be present")]
    [InlineData("""{"type":"ACCEPT","framework_id":{"value":"f"}}""", "Expecting 'accept' to be present")]
    [InlineData("""{"type":"DECLINE","framework_id":{"value":"f"}}""", "Expecting 'decline' to be present")]
    [InlineData("""{"type":"KILL","framework_id":{"value":"f"}}""", "Expecting 'kill' to be present")]
    [InlineData("""{"type":"RECONCILE","framework_id":{"value":"f"}}""", "Expecting 'reconcile' to be present")]
    [InlineData("""{"type":"MESSAGE","framework_id":{"value":"f"}}""", "Expecting 'message' to be present")]
    [InlineData(
        """{"type":"ACKNOWLEDGE","framework_id":{"value":"f"},"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"AAAA"}}""",
        "Not a valid UUID")]
    [InlineData(
        """{"type":"SUBSCRIBE","framework_id":{"value":"f"},"subscribe":{"framework_info":{"user":"u","name":"n"}}}""",
        "'framework_id' differs from 'subscribe.framework_info.id'")]
    [InlineData(
        """{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":"n","principal":"other"}}}""",
        "Authenticated principal 'p' does not match principal 'other' set in `FrameworkInfo`")]
    public void A_call_is_rejected(string json, string sentence)
    {
        var rejected = Assert.Throws<CallRejectedException>(() => CallValidation.Require(Read(json), "p"));
        Assert.Equal((400, Prefix + sentence), (rejected.Status, rejected.Message));
    }

    [Theory]
    [InlineData("""{"type":"REVIVE","framework_id":{"value":"f"}}""")]
    [InlineData("""{"type":"SUPPRESS","framework_id":{"value":"f"}}""")]
    [InlineData("""{"type":"TEARDOWN","framework_id":{"value":"f"}}""")]
    [InlineData("""{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":"n","principal":"p"}}}""")]
    [InlineData("""{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":"n"}}}""")]
    public void A_call_is_accepted(string json) => CallValidation.Require(Read(json), "p");

    [Theory]
    [
        InlineData(
            "principal",
            "FrameworkInfo update is not valid: Updating 'FrameworkInfo.principal' is unsupported; attempted to update from '' to 'x'")
    ]
    [
        InlineData(
            "user",
            "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'root' to 'x'")
    ]
    [InlineData("checkpoint", "FrameworkInfo update is not valid: Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from 'true' to 'false'")]
    [InlineData("id", "Failed to validate scheduler::Call: 'framework_id' differs from 'update_framework.framework_info.id'")]
    [InlineData("role", "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable")]
    [InlineData("name", null)]
    public void Some_fields_of_a_framework_cannot_be_updated(string field, string? sentence)
    {
        using var harness = new MasterHarness();
        var framework = harness.Subscribe().Framework;
        var info = framework.Info.Clone();
        switch (field)
        {
            case "principal": info.Principal = "x"; break;
            case "user": info.User = "x"; break;
            case "checkpoint": info.Checkpoint = false; break;
            case "id": info.Id = new FrameworkID { Value = "x" }; break;
            case "role": info.Role = "x"; break;
            default: info.Name = "x"; break;
        }

        var rejected = Record.Exception(
            () => CallValidation.RequireUpdate(framework, new Call.Types.UpdateFramework { FrameworkInfo = info }));
        Assert.Equal(sentence, rejected?.Message);
    }

    [Theory]
    [InlineData(null, "{}", 400, "Expecting 'Content-Type' to be present")]
    [InlineData("text/plain", "{}", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [InlineData("application/json; charset=utf-8", "{}", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [InlineData("application/x-protobuf", "garbage", 400, "Failed to parse body into Call protobuf")]
    [InlineData("application/json", "[]", 400, "Failed to convert JSON into Call protobuf: Expecting a JSON object")]
    public async Task A_body_is_rejected(string? mediaType, string body, int status, string sentence)
    {
        var rejected = await Assert.ThrowsAsync<CallRejectedException>(() => Requests.ReadAsync<Call>(Context(mediaType, body)));
        Assert.Equal((status, sentence), (rejected.Status, rejected.Message));
    }

    [Fact]
    public async Task Protobuf_without_a_required_field_is_rejected()
    {
        var http = Context("application/x-protobuf", "");
        http.Request.Body = new MemoryStream(new Call { Type = Call.Types.Type.Kill, Kill = new Call.Types.Kill() }.ToByteArray());
        Assert.Equal(400, (await Assert.ThrowsAsync<CallRejectedException>(() => Requests.ReadAsync<Call>(http))).Status);
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("application/x-protobuf", "application/x-protobuf")]
    [InlineData("application/x-protobuf, application/json", "application/json")]
    public void The_answer_has_an_accepted_type(string accept, string mediaType)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = accept;
        Assert.Equal(mediaType, Requests.AcceptedMediaType(http));
    }

    [Fact]
    public void Other_types_are_not_acceptable()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = "text/html";
        Assert.Equal(406, Assert.Throws<CallRejectedException>(() => Requests.AcceptedMediaType(http)).Status);
    }

    [Theory]
    [InlineData("p:s", true)]
    [InlineData("p:wrong", false)]
    [InlineData("q:s", false)]
    [InlineData("p", false)]
    [InlineData("p:s:s", false)]
    public void Credentials_are_checked(string credentials, bool valid) =>
        Assert.Equal(valid ? "p" : null, Authenticate("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))));

    [Theory]
    [InlineData("")]
    [InlineData("Basic")]
    [InlineData("Basic !!!")]
    [InlineData("Bearer cDpz")]
    public void A_header_without_credentials_is_challenged(string header) => Assert.Null(Authenticate(header));

    [Fact]
    public void A_realm_without_its_flag_is_open() => Assert.Null(BasicAuthentication.Authenticate(
        new DefaultHttpContext(), new LocalMesosOptions { AuthenticateFrameworks = true }, AuthenticationRealm.ReadOnly));

    private static string? Authenticate(string header)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = header;
        var options = new LocalMesosOptions
        {
            AuthenticateFrameworks = true, Credentials = new Dictionary<string, string> { ["p"] = "s" },
        };
        try
        {
            return BasicAuthentication.Authenticate(http, options, AuthenticationRealm.Scheduler);
        }
        catch (CallRejectedException e)
        {
            Assert.Equal((401, "Basic realm=\"mesos-master-scheduler\""), (e.Status, http.Response.Headers.WWWAuthenticate.ToString()));
            return null;
        }
    }

    private static Call Read(string json) => ProtoJsonReader.Read<Call>(Encoding.UTF8.GetBytes(json));

    private static DefaultHttpContext Context(string? mediaType, string body)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = mediaType;
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return http;
    }
}
