using Google.Protobuf;
using Pipeline.LocalMesos.Protocol;

namespace Pipeline.LocalMesos.Http;

/// <summary>A v1 call names its type and carries the member of that name; the error texts are a master's (recorded in 10 and 11).</summary>
internal static class CallMembers
{
    /// <param name="kind">The kind of call, as the error text names it: <c>scheduler</c>, <c>master</c>, <c>agent</c>.</param>
    /// <exception cref="CallRejectedException">400: no type, or an unknown one.</exception>
    public static void RequireType(IMessage call, string kind)
    {
        if (TypeOf(call) is null)
            throw Missing(kind, "type");
    }

    /// <param name="optional">Members that may be left out. A type without a member in the message needs none.</param>
    /// <exception cref="CallRejectedException">400: the member of its type is missing.</exception>
    public static void RequireMember(IMessage call, string kind, params ReadOnlySpan<string> optional)
    {
        if (TypeOf(call) is { } name && !optional.Contains(name) && call.Descriptor.FindFieldByName(name) is { } member
            && member.Accessor.GetValue(call) is null)
            throw Missing(kind, name);
    }

    public static CallRejectedException Missing(string kind, string member) => Rejected(kind, $"Expecting '{member}' to be present");

    public static CallRejectedException Rejected(string kind, string sentence) => new(400, $"Failed to validate {kind}::Call: {sentence}");

    /// <summary>In the spelling of a field: <c>drain_agent</c>.</summary>
    private static string? TypeOf(IMessage call)
    {
        var type = call.Descriptor.FindFieldByName("type");
        var number = type.Accessor.HasValue(call) ? Convert.ToInt32(type.Accessor.GetValue(call), null) : 0;
        return number == 0 ? null : type.EnumType.FindValueByNumber(number)?.Name.ToLowerInvariant();
    }
}
