using System.Text.Json;
using Pipeline.Cli.Errors;
using Spectre.Console;

namespace Pipeline.Cli.Output;

/// <summary>
/// stdout is the answer, stderr everything else. On a terminal a table for people, in a pipe tabs without cuts, under --json the answer
/// as it came.
/// </summary>
internal sealed class Printer(TextWriter stdout, TextWriter stderr, OutputStyle style, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsJson => style.Json;

    public void Line(string text) => stdout.WriteLine(text);

    public void Raw(string text) => stdout.Write(text);

    /// <summary>Progress, hints and warnings: stderr.</summary>
    public void Note(string text) => stderr.WriteLine(text);

    public void Answer(JsonElement answer) => stdout.WriteLine(JsonSerializer.Serialize(answer, Indented));

    /// <summary>One object on one line, for commands that print as they go.</summary>
    public void AnswerLine(object answer) => stdout.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));

    /// <summary>The items of a page.</summary>
    public void Table(JsonElement page, params Column[] columns) => Table(
        page, [.. columns.Select(c => c.Title)], item => [[.. columns.Select(c => item.Text(c.Path))]]);

    /// <summary>The items of a page, of which one can have several rows.</summary>
    public void Table(JsonElement page, IReadOnlyList<string> titles, Func<JsonElement, IEnumerable<string[]>> rows)
    {
        if (style.Json)
        {
            Answer(page);
            return;
        }

        Rows([.. page.Items().SelectMany(rows)], titles);
        if (page.Text("next") is { Length: > 0 } next)
            Note($"More items follow. For the next page add --cursor {next}");
    }

    public void Rows(IReadOnlyList<string[]> rows, IReadOnlyList<string> titles)
    {
        if (!style.Terminal)
        {
            foreach (var row in rows)
                stdout.WriteLine(string.Join('\t', row.Select(Printable.InOneLine)));
            return;
        }

        var table = new Table().Border(TableBorder.None);
        foreach (var title in titles)
            table.AddColumn(new TableColumn(Markup.Escape(title.ToUpperInvariant())).PadRight(2));
        var now = time.GetUtcNow();
        foreach (var row in rows)
            table.AddRow([.. row.Select(v => Markup.Escape(ForPeople.Format(Printable.InOneLine(v), now)))]);
        Console().Write(table);
    }

    /// <summary>Every field of an object, one a line; nested lists and objects as JSON.</summary>
    public void Object(JsonElement answer)
    {
        if (style.Json || answer.ValueKind != JsonValueKind.Object)
        {
            Answer(answer);
            return;
        }

        foreach (var field in answer.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null))
        {
            var value = Printable.Text(IsNested(field.Value) ? field.Value.GetRawText() : field.Value.ToText());
            var name = Printable.InOneLine(field.Name);
            Line(style.Terminal ? $"{name,-18} {value}" : $"{name}\t{value}");
        }
    }

    /// <summary>Glyph, word and colour, never colour alone.</summary>
    public void State(string state, string name, string text)
    {
        (state, name, text) = (Printable.InOneLine(state), Printable.InOneLine(name), Printable.InOneLine(text));
        var (glyph, color) = state switch
        {
            "succeeded" or "running" or "healthy" => ("✔", "green"),
            "failed" or "rolled-back" or "rejected" or "rejected-definition" => ("✘", "red"),
            "not-reached" => ("○", "grey"),
            _ => ("●", "yellow"),
        };
        if (!style.Terminal)
            stdout.WriteLine($"{name}\t{state}\t{text}");
        else if (style.Color)
        {
            Console().MarkupLine(
                $"[{color}]{glyph}[/] {Markup.Escape(name),-14} [{color}]{Markup.Escape(state),-14}[/] {Markup.Escape(text)}");
        }
        else
            stdout.WriteLine($"{glyph} {name,-14} {state,-14} {text}");
    }

    public void Error(CommandException error)
    {
        if (style.Json)
        {
            stderr.WriteLine(error.Problem is { } problem
                ? problem.GetRawText()
                : JsonSerializer.Serialize(new { title = error.Message, hint = error.Hint, exitCode = error.ExitCode }));
            return;
        }

        stderr.WriteLine($"{(style.ErrorColor ? "\u001b[31merror:\u001b[0m" : "error:")} {Printable.Text(error.Message)}");
        foreach (var detail in error.Details)
            stderr.WriteLine($"  {Printable.InOneLine(detail)}");
        if (error.Hint is { } hint)
            stderr.WriteLine($"  {Printable.Text(hint)}");
        if (error.Trace is { Length: > 0 } trace)
            stderr.WriteLine($"  trace {Printable.InOneLine(trace)}");
    }

    private static bool IsNested(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.Object));

    private IAnsiConsole Console() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = style.Color ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = style.Color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(stdout),
    });
}
