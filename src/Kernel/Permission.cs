namespace Pipeline.Kernel;

/// <summary>What a caller may do; the names are authorization policies (<c>RequireAuthorization(Permission.Promote)</c>).</summary>
public static class Permission
{
    /// <summary>Read everything.</summary>
    public const string View = "view";
    /// <summary>Start, retry and cancel builds; try failed jobs and deliveries again.</summary>
    public const string Build = "build";
    /// <summary>Promote releases and roll them back.</summary>
    public const string Promote = "promote";
    /// <summary>Approve and reject promotions.</summary>
    public const string Approve = "approve";
    /// <summary>Hold releases and lift holds.</summary>
    public const string Hold = "hold";
    /// <summary>Operate clusters: requests, tasks, agents, racks.</summary>
    public const string Operate = "operate";
    /// <summary>Administer tokens, repositories and settings.</summary>
    public const string Administer = "administer";

    /// <summary>Every permission.</summary>
    public static IReadOnlyList<string> All { get; } = [View, Build, Promote, Approve, Hold, Operate, Administer];
}
