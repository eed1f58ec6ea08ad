using System.ComponentModel.DataAnnotations;

namespace Pipeline.GitWebhooks;

/// <summary>Section <c>GitWebhooks</c>. <c>DataDirectory</c> and <c>PublicUrl</c> fall back to the settings of that name at the
/// root.</summary>
public sealed class GitWebhooksOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "GitWebhooks";

    /// <summary>Webhook secrets that are accepted: one, or two while they rotate. None: every delivery is refused.</summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>Memory for bodies whose signature is not checked yet, of all requests together, in bytes; over it they are told to come
    /// back.</summary>
    [Range(1024 * 1024, long.MaxValue, ErrorMessage = "GitWebhooks:UnverifiedBytes must be at least 1048576 (1 MB).")]
    public long UnverifiedBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>The forge.</summary>
    public GitHubOptions GitHub { get; } = new();

    /// <summary>Holds <c>mirrors/</c>.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "GitWebhooks:DataDirectory (or DataDirectory) must name a folder.")]
    public string DataDirectory { get; set; } = "";

    internal string Mirrors => Path.Combine(DataDirectory, "mirrors");

    /// <summary>Where people reach this server: the start of every link that a commit status carries.</summary>
    [Required, Url(ErrorMessage = "GitWebhooks:PublicUrl (or PublicUrl) must be an absolute http(s) URL.")]
    public string PublicUrl { get; set; } = "";
}

/// <summary>GitHub, or a GitHub Enterprise Server under its own addresses.</summary>
public sealed class GitHubOptions
{
    /// <summary>What clone URLs start with; its host is the only one that deliveries may name.</summary>
    [Required, Url(ErrorMessage = "GitWebhooks:GitHub:BaseUrl must be an absolute http(s) URL.")]
    public string BaseUrl { get; set; } = "https://github.com";

    /// <summary><c>https://api.github.com</c>, or <c>https://HOST/api/v3</c>.</summary>
    [Required, Url(ErrorMessage = "GitWebhooks:GitHub:ApiUrl must be an absolute http(s) URL.")]
    public string ApiUrl { get; set; } = "https://api.github.com";

    /// <summary>For statuses and for fetching over https. Null: statuses are skipped, visibly.</summary>
    public string? Token { get; set; }
}
