using System.Net;
using System.Text;
using CsCheck;
using Pipeline.GitWebhooks.Core;

namespace Pipeline.GitWebhooks.Tests.Core;

public sealed class HookBodyTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("text/plain")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_but_a_form_is_taken_as_it_was_sent(string? contentType) =>
        Assert.Equal("payload=%7B%7D", JsonOf(contentType, "payload=%7B%7D"));

    [Theory]
    [InlineData(Form, "payload=%7B%7D", "{}")]
    [InlineData("Application/X-WWW-Form-UrlEncoded; charset=utf-8", "payload=%7B%7D", "{}")]
    [InlineData(Form, "payload=%7B%7D&x=1", "{}")]
    [InlineData(Form, "x=1&payload=%7B%7D", "{}")]
    [InlineData(Form, "x=1&&payload=%7B%7D&", "{}")]
    [InlineData(Form, "payload=1&payload=2", "1")]
    [InlineData(Form, "payload=a+b%2Bc", "a b+c")]
    [InlineData(Form, "payload=%C3%A4", "ä")]
    [InlineData(Form, "payload=ä", "ä")]
    [InlineData(Form, "payload=%zz%", "%zz%")]
    [InlineData(Form, "payload=", "")]
    [InlineData(Form, "payload", "")]
    [InlineData(Form, "Payload=%7B%7D", "")]
    [InlineData(Form, "xpayload=%7B%7D", "")]
    [InlineData(Form, "x=payload=%7B%7D", "")]
    [InlineData(Form, "&", "")]
    [InlineData(Form, "", "")]
    [InlineData(Form, "{}", "")]
    public void A_form_carries_the_JSON_in_its_first_field_payload(string contentType, string body, string expected) =>
        Assert.Equal(expected, JsonOf(contentType, body));

    [Fact]
    public void What_a_client_encodes_into_the_form_comes_out_again() => Gen.String.Where(s => !s.Any(char.IsSurrogate)).Sample(text =>
        JsonOf(Form, $"a=%26&payload={WebUtility.UrlEncode(text)}&b=2") == text);

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""  {"a":[1,{"b":null}]}  """, true)]
    [InlineData("""{"a":"ä\ud83d\ude00"}""", true)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("{", false)]
    [InlineData("""{"a":1""", false)]
    [InlineData("""{"a":}""", false)]
    [InlineData("""{"a":1,}""", false)]
    [InlineData("""{"a":1}{}""", false)]
    [InlineData("""{"a":1} x""", false)]
    [InlineData("""{"a":1} // comment""", false)]
    [InlineData("[{}]", false)]
    [InlineData("null", false)]
    [InlineData("\"{}\"", false)]
    [InlineData("17", false)]
    [InlineData("\ufeff{}", false)]
    public void One_whole_object_is_told_from_everything_else(string json, bool isObject) =>
        Assert.Equal(isObject, HookBody.IsJsonObject(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Nesting_ends_where_the_parser_of_the_job_ends_too(int depth, bool isObject)
    {
        var json = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1));

        Assert.Equal(isObject, HookBody.IsJsonObject(json));
        Assert.Contains(
            isObject ? "ref is missing" : "not JSON", Assert.Throws<PayloadException>(() => PushPayload.Parse(json)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_cut_off_anywhere_is_no_object()
    {
        var whole = Encoding.UTF8.GetBytes("""{"ref":"refs/heads/ä","n":[1.5e3,true,null],"s":"\u00e4"}""");

        Assert.True(HookBody.IsJsonObject(whole));
        Assert.All(Enumerable.Range(0, whole.Length), end => Assert.False(HookBody.IsJsonObject(whole.AsSpan(0, end))));
    }

    private static string JsonOf(string? contentType, string body) =>
        Encoding.UTF8.GetString(HookBody.JsonOf(contentType, Encoding.UTF8.GetBytes(body)).Span);
}
