using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Kernel;

namespace Pipeline.Server.Start;

/// <summary>Why the server did not start, for the person who started it.</summary>
/// <param name="ExitCode">2: the settings or the command are wrong; 1: something on this machine or in the network is.</param>
/// <param name="Lines">What happened, to what, and what to do.</param>
internal sealed record StartFailure(int ExitCode, IReadOnlyList<string> Lines)
{
    private const int WrongSettings = 2;
    private const int WrongSurroundings = 1;

    /// <summary>Null for what no operator can mend: a fault of ours, whose stack trace must not be lost.</summary>
    public static StartFailure? Of(Exception failure) => failure switch
    {
        UsageException e => new StartFailure(WrongSettings, e.Message.Split('\n')),
        OptionsValidationException e => Settings(e.Failures),
        AggregateException e when e.InnerExceptions.All(inner => inner is OptionsValidationException) =>
            Settings(e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)),
        NpgsqlException e => new StartFailure(
            WrongSurroundings,
            [$"PostgreSQL refuses or does not answer: {e.Message}", "Check that it runs, and ConnectionStrings:Pipeline."]),
        InvalidOperationException { InnerException: NpgsqlException } e => new StartFailure(
            WrongSurroundings,
            [e.Message, "The user in ConnectionStrings:Pipeline must own its database, or may create schemas and tables there."]),
        // A file of settings that is no JSON; a value that is no number.
        InvalidDataException { InnerException: { } cause } e => Settings([$"{e.Message} {cause.Message}"]),
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } e => Settings([e.Message]),
        UnauthorizedAccessException e => new StartFailure(
            WrongSurroundings, [e.Message, $"Let the user '{Environment.UserName}', as whom the server runs, read and write there."]),
        AddressTakenException e => Address(e.Message, e.Setting),
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } e =>
            Address(e.Message, ListenCheck.OfServer),
        IOException e => new StartFailure(WrongSurroundings, [e.Message, "Check the file or folder, and the settings that name it."]),
        _ => null,
    };

    private static StartFailure Settings(IEnumerable<string> failures) =>
        new(WrongSettings, ["the configuration is not valid:", .. failures.Distinct().Select(f => $"  {f}")]);

    private static StartFailure Address(string message, string setting) =>
        new(WrongSurroundings, [message, $"Stop the program that listens there, or choose another address with {setting}."]);
}
