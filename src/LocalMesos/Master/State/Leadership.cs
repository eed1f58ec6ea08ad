namespace Pipeline.LocalMesos.Master.State;

/// <summary>Who leads (recorded in 19): this master, nobody, or another one (<c>host:port</c>).</summary>
internal sealed record Leadership(bool IsSelf, string? Other)
{
    public static readonly Leadership Self = new(true, null);
    public static readonly Leadership Nobody = new(false, null);

    /// <param name="leader"><c>self</c>, <c>nobody</c> or <c>host:port</c>.</param>
    public static Leadership Parse(string leader) => leader switch
    {
        "self" => Self,
        "nobody" => Nobody,
        _ => new Leadership(false, leader),
    };
}
