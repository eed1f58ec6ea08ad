using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>A column of a list: its title, where its value is, and whether it is a time.</summary>
internal sealed record Column(string Title, string Path);

/// <param name="Terminal">stdout is one: tables for people.</param>
internal sealed record OutStyle(bool Json, bool Terminal, bool Colour, bool ColourError);

/// <summary>
/// stdout is the answer, stderr everything else. On a terminal a table for people, in a pipe tabs without cuts, under --json the answer
/// as it came.
/// </summary>
internal sealed class Out(TextWriter stdout, TextWriter stderr, OutStyle style, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsJson => style.Json;

    public void Line(string text) => stdout.WriteLine(text);

    public void Raw(string text) => stdout.Write(text);

    public void Say(string text) => stderr.WriteLine(text);

    public void Answer(JsonElement answer) => stdout.WriteLine(JsonSerializer.Serialize(answer, Indented));

    /// <summary>One object a line: for watch.</summary>
    public void AnswerLine(object answer) => stdout.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));

    public void Table(JsonElement page, params Column[] columns)
    {
        if (style.Json)
        {
            Answer(page);
            return;
        }

        Rows([.. page.Items().Select(item => columns.Select(c => item.Text(c.Path)).ToArray())], [.. columns.Select(c => c.Title)]);
        if (page.ValueKind == JsonValueKind.Object && page.Text("next") is { Length: > 0 } next)
            Say($"There is more: --cursor {next}");
    }

    public void Rows(IReadOnlyList<string[]> rows, IReadOnlyList<string> titles)
    {
        if (!style.Terminal)
        {
            foreach (var row in rows)
                stdout.WriteLine(string.Join('\t', row.Select(v => v.Replace('\t', ' ').Replace('\n', ' '))));
            return;
        }

        var table = new Table().Border(TableBorder.None);
        foreach (var title in titles)
            table.AddColumn(new TableColumn(Markup.Escape(title.ToUpperInvariant())).PadRight(2));
        foreach (var row in rows)
            table.AddRow([.. row.Select(v => Markup.Escape(ForPeople(v)))]);
        Console().Write(table);
    }

    /// <summary>Every field of an object that is a plain value; lists and objects as JSON.</summary>
    public void Object(JsonElement answer)
    {
        if (style.Json || answer.ValueKind != JsonValueKind.Object)
        {
            Answer(answer);
            return;
        }

        foreach (var field in answer.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null))
        {
            var nested = field.Value.ValueKind is JsonValueKind.Object
                || (field.Value.ValueKind == JsonValueKind.Array
                    && field.Value.EnumerateArray().Any(v => v.ValueKind is JsonValueKind.Object));
            var value = nested ? field.Value.GetRawText() : Json.Plain(field.Value);
            Line(style.Terminal ? $"{field.Name,-18} {value}" : $"{field.Name}\t{value}");
        }
    }

    /// <summary>Glyph and word and colour, never colour alone.</summary>
    public void State(string state, string name, string text)
    {
        var (glyph, paint) = state switch
        {
            "succeeded" or "running" or "healthy" => ("✔", "green"),
            "failed" or "rolled-back" or "rejected" or "rejected-definition" => ("✘", "red"),
            "not-reached" => ("○", "grey"),
            _ => ("●", "yellow"),
        };
        if (!style.Terminal)
            stdout.WriteLine($"{name}\t{state}\t{text}");
        else if (style.Colour)
        {
            Console().MarkupLine(
                $"[{paint}]{glyph}[/] {Markup.Escape(name),-14} [{paint}]{Markup.Escape(state),-14}[/] {Markup.Escape(text)}");
        }
        else
            stdout.WriteLine($"{glyph} {name,-14} {state,-14} {text}");
    }

    public void Fail(Failure failure)
    {
        if (style.Json)
        {
            stderr.WriteLine(failure.Problem is { } problem
                ? problem.GetRawText()
                : JsonSerializer.Serialize(new { title = failure.Message, hint = failure.Hint, exitCode = failure.ExitCode }));
            return;
        }

        stderr.WriteLine(style.ColourError ? $"\u001b[31merror:\u001b[0m {failure.Message}" : $"error: {failure.Message}");
        foreach (var detail in failure.Details)
            stderr.WriteLine($"  {detail}");
        if (failure.Hint is { } hint)
            stderr.WriteLine($"  {hint}");
        if (failure.Trace is { Length: > 0 } trace)
            stderr.WriteLine($"  trace {trace}");
    }

    private string ForPeople(string value) =>
        value.Length >= 20 && value[10] == 'T'
        && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? Json.Ago(value, time.GetUtcNow())
            : Json.Short(value);

    private IAnsiConsole Console() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = style.Colour ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = style.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(stdout),
    });
}
