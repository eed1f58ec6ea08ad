namespace Pipeline.Scheduler.Sandboxes;

/// <summary>A path inside a task's sandbox: relative, <c>/</c> between the names, empty for the sandbox itself.</summary>
internal readonly record struct SandboxPath(string Value)
{
    private const int MostCharacters = 1024;

    public static readonly SandboxPath Root = new("");

    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    public SandboxPath Parent => Value.Contains('/', StringComparison.Ordinal) ? new(Value[..Value.LastIndexOf('/')]) : Root;

    /// <summary>No <c>..</c>, no <c>.</c>, nothing absolute, no empty names; one slash at the end is forgiven. Alone, <c>/</c> and <c>.</c>
    /// are the sandbox itself.</summary>
    public static bool TryParse(string? text, out SandboxPath path)
    {
        path = Root;
        if (text is null or "" or "/" or "." or "./")
            return true;
        var value = text.EndsWith('/') ? text[..^1] : text;
        if (value.Length > MostCharacters || value.Any(char.IsControl) || value.Split('/').Any(name => name is "" or "." or ".."))
            return false;
        path = new SandboxPath(value);
        return true;
    }

    public override string ToString() => Value.Length == 0 ? "." : Value;
}
