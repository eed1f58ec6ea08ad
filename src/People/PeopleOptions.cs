using System.ComponentModel.DataAnnotations;

namespace Pipeline.People;

/// <summary>Section <c>People</c>. <c>DataDirectory</c> and <c>PublicUrl</c> fall back to the settings of that name at the root.</summary>
public sealed class PeopleOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "People";

    /// <summary>Holds <c>keys/</c>.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "People:DataDirectory (or DataDirectory) must name a folder.")]
    public string DataDirectory { get; set; } = "";

    /// <summary>Where people reach this server: over <c>https</c>, its cookies travel over TLS only.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Whether somebody on this machine may read without signing in. <c>./up</c> turns it on.</summary>
    public bool ReadWithoutSignIn { get; set; }

    /// <summary>How many wrong tokens an address may send in a minute before it has to wait.</summary>
    [Range(1, 100_000, ErrorMessage = "People:FailedSignInsPerMinute must be between 1 and 100000.")]
    public int FailedSignInsPerMinute { get; set; } = 60;

    internal bool IsBehindTls => PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    internal string Keys => Path.Combine(DataDirectory, "keys");

    internal string KeyFile => Path.Combine(Keys, "cookies.key");
}
