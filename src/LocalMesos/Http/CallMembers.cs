using Google.Protobuf;

namespace Pipeline.LocalMesos.Http;

/// <summary>A v1 call names its type and carries the member of that name; the sentences are a master's (recorded in 10 and 11).</summary>
internal static class CallMembers
{
    /// <param name="kind">Which call, as the sentence names it: <c>scheduler</c>, <c>master</c>, <c>agent</c>.</param>
    /// <exception cref="RefusedException">400: no type, or one that nobody knows.</exception>
    public static void RequireType(IMessage call, string kind)
    {
        if (TypeOf(call) is null)
            throw Missing(kind, "type");
    }

    /// <param name="mayLack">Members that may be left out. A type without a member in the message needs none.</param>
    /// <exception cref="RefusedException">400: the member of its type is not there.</exception>
    public static void RequireMember(IMessage call, string kind, params ReadOnlySpan<string> mayLack)
    {
        if (TypeOf(call) is { } name && !mayLack.Contains(name) && call.Descriptor.FindFieldByName(name) is { } member
            && member.Accessor.GetValue(call) is null)
            throw Missing(kind, name);
    }

    public static RefusedException Missing(string kind, string member) => Refused(kind, $"Expecting '{member}' to be present");

    public static RefusedException Refused(string kind, string sentence) => new(400, $"Failed to validate {kind}::Call: {sentence}");

    /// <summary>In the letters of a field: <c>drain_agent</c>.</summary>
    private static string? TypeOf(IMessage call)
    {
        var type = call.Descriptor.FindFieldByName("type");
        var number = type.Accessor.HasValue(call) ? Convert.ToInt32(type.Accessor.GetValue(call), null) : 0;
        return number == 0 ? null : type.EnumType.FindValueByNumber(number)?.Name.ToLowerInvariant();
    }
}
