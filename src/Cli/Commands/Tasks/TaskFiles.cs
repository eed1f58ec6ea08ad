using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Tasks;

/// <summary><c>pipeline task files</c>: the sandbox of a task.</summary>
internal static class TaskFiles
{
    public static Command Create(CommandFactory factory, Argument<string> task)
    {
        var path = new Argument<string?>("PATH")
        {
            Description = "Path in the sandbox; default: its root.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string?>("--output", "-o") { Description = "Download the file at PATH into this file." };
        return factory.Verb(
            "files", "List or download the files in a task's sandbox.",
            (session, parsed, ct) =>
            {
                var (id, folder) = (parsed.GetValue(task)!, parsed.GetValue(path));
                return parsed.GetValue(output) is { } target
                    ? DownloadAsync(session, id, folder, target, ct)
                    : ListAsync(session, id, folder, ct);
            },
            task, path, output);
    }

    private static async Task<int> ListAsync(Session session, string task, string? folder, CancellationToken ct)
    {
        var page = await session.Api.GetAsync(QueryString.Append(Path(task), QueryString.Of(("path", folder))), ct);
        session.Out.Table(
            page, new("path", "path"), new("kind", "kind"), new("size (bytes)", "size"), new("mode", "mode"),
            new("modified", "modifiedAt"));
        if (folder is not null && !page.Items().Any())
            session.Out.Note($"{folder} is empty, or a file. To download it: pipeline task files {task} {folder} -o FILE");
        return ExitCodes.Success;
    }

    private static async Task<int> DownloadAsync(Session session, string task, string? path, string target, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(path))
            throw new CommandException(ExitCodes.Usage, "No file was named to download.", "Write pipeline task files TASK PATH -o FILE.");
        var address = $"{Path(task)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";
        var bytes = await session.Api.DownloadAsync(address, target, ct);
        session.Out.Note($"{target}: {bytes} bytes");
        return ExitCodes.Success;
    }

    private static string Path(string task) => $"api/v1/tasks/{Uri.EscapeDataString(task)}/files";
}
