using Pipeline.Kernel;
using Pipeline.People.Contract.Views;

namespace Pipeline.People.Contract;

/// <summary>The administrator's token of a server that has none: shown once, kept (0600) only where a file is asked for.</summary>
public static class FirstToken
{
    /// <summary>Whom the token speaks for.</summary>
    public const string Login = "admin";

    /// <summary>Creates the token when there is no token at all.</summary>
    /// <param name="tokenFile">Where the embedded server keeps it, for the command line tool on the same machine.</param>
    public static async Task EnsureAsync(IServiceProvider services, string? tokenFile, TextWriter output, CancellationToken ct)
    {
        if (await services.GetRequiredService<TokenQueries>().AnyAsync(ct))
            return;
        var wanted = new NewToken(Login, "person", Permission.All, ["administrators", "operators", "release-managers"], [], null);
        var outcome = await services.GetRequiredService<TokenCommands>().CreateAsync(Caller.System("first-start"), wanted, ct);
        var text = ((CreateTokenOutcome.Created)outcome).Token.Token;
        if (tokenFile is not null)
            await WriteAsync(tokenFile, text, ct);
        await output.WriteLineAsync($"Administrator's token (shown only now): {text}".AsMemory(), ct);
    }

    private static async Task WriteAsync(string path, string text, CancellationToken ct)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        // A file that is there already would keep the mode that somebody gave it.
        File.Delete(path);
        await using var file = new StreamWriter(path, options);
        await file.WriteLineAsync(text.AsMemory(), ct);
    }
}
