using System.CommandLine;
using Pipeline.Cli.Commands.Common;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline release …</c></summary>
internal static class ReleaseCommand
{
    private static readonly Argument<string> Release = new("RELEASE")
    {
        Description = "The release's digest (sha256:…), its number in the repository, or owner/name#number.",
    };

    public static Command Create(CommandFactory factory) => new("release", "Show releases.")
    {
        factory.List(
            "List releases, newest first; with -R those of one repository.",
            async (session, _, ct) => QueryString.Append(
                "api/v1/releases",
                QueryString.Of(("repository", session.Names.NamesRepository ? await session.Names.RepositoryIdAsync(ct) : null))),
            [
                new("release", "number"), new("digest", "digest"), new("commit", "commitSha"), new("created", "createdAt"),
                new("held", "heldReason"),
            ]),
        factory.Show(
            "show", "Show a release and what it runs.", Release,
            async (session, release, ct) => $"api/v1/releases/{Uri.EscapeDataString(await session.Names.ReleaseDigestAsync(release, ct))}"),
    };
}
