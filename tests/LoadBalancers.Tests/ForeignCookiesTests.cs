using Pipeline.Kernel.Access;
using Pipeline.LoadBalancers.Core;

namespace Pipeline.LoadBalancers.Tests;

/// <summary>Cookies know hosts and no ports: what may pass between a browser and an application.</summary>
public sealed class ForeignCookiesTests
{
    public static TheoryData<string> Ours =>
        [CookieNames.Session, CookieNames.Antiforgery, CookieNames.Theme, CookieNames.Dark];

    [Theory]
    [MemberData(nameof(Ours))]
    public void Each_cookie_of_the_server_is_kept_back_in_every_spelling(string name)
    {
        string[] spellings = [name, name.ToUpperInvariant(), $"__Host-{name}", $"__HOST-{name}", $"__Secure-{name}", $" {name} "];
        foreach (var spelled in spellings)
        {
            Assert.Null(ForeignCookies.ToApplication($"{spelled}=x"));
            Assert.Equal("a=1; b=2", ForeignCookies.ToApplication($"a=1;{spelled}=x;;b=2"));
            Assert.Null(ForeignCookies.ToBrowser($"{spelled}=x; Path=/apps/production/web", "/apps/production/web"));
        }
    }

    [Theory]
    [InlineData("pipeline2=x")]
    [InlineData("mypipeline=x")]
    [InlineData("pipeline-cart=x")]
    [InlineData("theme=x")]
    [InlineData("a=pipeline")]
    [InlineData("session=a=b=c; __Host-id=1")]
    public void Cookies_of_applications_pass(string header) => Assert.Equal(header, ForeignCookies.ToApplication(header));

    [Theory]
    [InlineData("id=1", "id=1")]
    [InlineData("id=1; Path=/", "id=1; Path=/apps/qa/web/")]
    [InlineData("id=1; path=/cart; HttpOnly; SameSite=Lax", "id=1; Path=/apps/qa/web/cart; HttpOnly; SameSite=Lax")]
    [InlineData("id=1; Path=/apps/qa/web", "id=1; Path=/apps/qa/web")]
    [InlineData("id=1; Path=/apps/qa/web/cart", "id=1; Path=/apps/qa/web/cart")]
    [InlineData("id=1; Path=/apps/qa/website", "id=1; Path=/apps/qa/web/apps/qa/website")]
    [InlineData("id=1; Path=", "id=1; Path=/apps/qa/web/")]
    [InlineData("id=1; Path", "id=1; Path=/apps/qa/web/")]
    [InlineData("id=1; Domain=example.org; Secure", "id=1; Secure")]
    [InlineData("id=1; DOMAIN = .example.org ;Secure", "id=1; Secure")]
    [InlineData("id=1;; Max-Age=60", "id=1; Max-Age=60")]
    [InlineData("__Host-id=1; Secure; Path=/", "__Host-id=1; Secure; Path=/")]
    public void A_cookie_of_an_application_stays_with_it(string set, string passed) =>
        Assert.Equal(passed, ForeignCookies.ToBrowser(set, "/apps/qa/web"));

    [Theory]
    [InlineData("=pipeline=x")]
    [InlineData(" = pipeline=x")]
    [InlineData("pipeline")]
    [InlineData("")]
    public void A_cookie_without_a_name_is_sent_as_its_value_alone_and_does_not_pass(string set) =>
        Assert.Null(ForeignCookies.ToBrowser(set, "/apps/qa/web"));
}
