using System.ComponentModel.DataAnnotations;

namespace Pipeline.LoadBalancers;

/// <summary>Section <c>LoadBalancers</c>: where applications are served. Never where the server itself is: an application's page must not
/// share its origin.</summary>
/// <remarks><c>LoadBalancers:Kestrel</c> takes what <c>Kestrel</c> takes for the server: certificates, limits, end points.</remarks>
public sealed class LoadBalancersOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "LoadBalancers";

    /// <summary>Addresses to listen on, with <c>;</c> between.</summary>
    [Required(
        AllowEmptyStrings = false, ErrorMessage = "LoadBalancers:Urls must name where applications are served, http://*:8081 for example.")]
    public string Urls { get; set; } = "http://*:8081";

    /// <summary>Where people reach applications: what pages and the command line show. Null: the host of <c>PublicUrl</c> and the port of
    /// <see cref="Urls"/>.</summary>
    [Url(ErrorMessage = "LoadBalancers:PublicUrl must be an absolute http(s) URL.")]
    public string? PublicUrl { get; set; }

    /// <summary>The host names that applications are served under; none: any.</summary>
    public IList<string> Hosts { get; } = [];
}
