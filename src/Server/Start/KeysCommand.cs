using System.CommandLine;
using Pipeline.ArtifactStore;
using Pipeline.ArtifactStore.Contract.Commands;

namespace Pipeline.Server.Start;

/// <summary><c>keys</c>: changes of trust by whoever holds the root key. Only files are written; a running server adopts them.</summary>
internal static class KeysCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The server's data directory (PIPELINE_DATA or DataDirectory; default ./data).", HelpName = "folder",
    };

    private static readonly Option<string?> Root = new("--root")
    {
        Description = "File of the root's private key; default: where the first start put it.", HelpName = "file",
    };

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The key: builder or promoter." };
        var id = new Argument<string>("KEY") { Description = "The key's id, as keys show prints it." };
        var message = new Option<string>("--message", "-m") { Description = "Reason; kept in the trust policy.", Required = true };
        return new Command("keys", "Show and change the keys by which agents trust this server.")
        {
            Verb("show", "Show the keys of the trust policy and where the root key lies.", [], (keys, _) => keys.Show()),
            Verb("init", "Make root key, signing keys and trust policy, unless they are there.", [], (keys, _) => keys.Init()),
            Verb(
                "rotate", "Make a new signing key; the old one stays valid for what it signed.", [name, Root],
                (keys, parsed) => keys.Rotate(parsed.GetValue(name)!, parsed.GetValue(Root))),
            Verb("renew", "Make the next trust policy with the same keys.", [Root], (keys, parsed) => keys.Renew(parsed.GetValue(Root))),
            Verb(
                "revoke", "Accept nothing any more that a key signed.", [id, message, Root],
                (keys, parsed) => keys.Revoke(parsed.GetValue(id)!, parsed.GetValue(message)!, parsed.GetValue(Root))),
        };
    }

    private static Command Verb(string name, string description, Symbol[] symbols, Func<SigningKeys, ParseResult, string> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols.Append(Data))
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }

        command.SetAction(parsed =>
        {
            using var services = Services(parsed.GetValue(Data));
            parsed.InvocationConfiguration.Output.WriteLine(run(services.GetRequiredService<SigningKeys>(), parsed));
            return 0;
        });
        return command;
    }

    // The part of the server that has to do with keys, without a database.
    private static ServiceProvider Services(string? data)
    {
        var variables = Environment.GetEnvironmentVariables();
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddInMemoryCollection(EnvironmentSettings.Read(variables));
        if ((data ?? variables["PIPELINE_DATA"] as string) is { Length: > 0 } folder)
            configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = folder });
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddArtifactStore(configuration.Build());
        return services.BuildServiceProvider();
    }
}
