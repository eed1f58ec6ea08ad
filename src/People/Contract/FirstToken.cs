using Pipeline.Kernel;
using Pipeline.People.Data;

namespace Pipeline.People.Contract;

/// <summary>The one administrator's token, made when there is none: shown once, kept (0600) only where a file is asked for.</summary>
public static class FirstToken
{
    public const string Login = "admin";

    /// <param name="tokenFile">Where the embedded server keeps it, for the command line tool on the same machine.</param>
    public static async Task EnsureAsync(IServiceProvider services, string? tokenFile, TextWriter output, CancellationToken ct)
    {
        var store = services.GetRequiredService<TokenStore>();
        if (await store.AnyAsync(ct))
            return;
        var wanted = new NewToken(Login, "person", Permission.All, ["administrators", "operators", "release-managers"], [], null);
        var (_, text) = await store.CreateAsync(wanted, Actor.System("first-start"), ct);
        if (tokenFile is not null)
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            await using var file = new StreamWriter(tokenFile, options);
            await file.WriteLineAsync(text.AsMemory(), ct);
        }

        await output.WriteLineAsync($"The administrator's token (shown this once): {text}".AsMemory(), ct);
    }
}
