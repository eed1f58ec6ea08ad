namespace Pipeline.Kernel;

/// <summary>What a caller may do; the names are authorization policies (<c>RequireAuthorization(Permission.Promote)</c>).</summary>
public static class Permission
{
    public const string View = "view";
    public const string Build = "build";
    public const string Promote = "promote";
    public const string Approve = "approve";
    public const string Hold = "hold";
    public const string Operate = "operate";
    public const string Administer = "administer";

    public static IReadOnlyList<string> All { get; } = [View, Build, Promote, Approve, Hold, Operate, Administer];
}
