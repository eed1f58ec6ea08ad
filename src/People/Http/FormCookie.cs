using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;
using Pipeline.Kernel.Access;

namespace Pipeline.People.Http;

/// <summary>The cookie against forged forms: under a name of ours, so that the proxy to applications knows it.</summary>
internal sealed class FormCookie(IOptions<PeopleOptions> people) : IConfigureOptions<AntiforgeryOptions>
{
    public void Configure(AntiforgeryOptions options)
    {
        var tls = people.Value.IsBehindTls;
        options.Cookie.Name = $"{(tls ? CookieNames.HostPrefix : "")}{CookieNames.Antiforgery}";
        options.Cookie.Path = "/";
        options.Cookie.SecurePolicy = tls ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        // Ours says more, see the server's headers.
        options.SuppressXFrameOptionsHeader = true;
    }
}
