using W = Pipeline.Mesos.Wire;
using Capability = Pipeline.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;

namespace Pipeline.LocalMesos.Master.Frameworks;

/// <summary>What a master rejects a FrameworkInfo for, in its words (recorded in 01c, 08b and 10).</summary>
internal static class FrameworkInfoRules
{
    /// <returns>Null for a valid one.</returns>
    public static string? Problem(W.FrameworkInfo info)
    {
        var multiRole = info.Capabilities.Any(c => c.Type == Capability.MultiRole);
        if (!multiRole && info.Roles.Count > 0)
            return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
        if (multiRole && info.HasRole)
            return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
        foreach (var role in info.Roles)
        {
            if (role.Split('/').FirstOrDefault(part => part.Any(c => char.IsWhiteSpace(c) || c == '\b')) is { } bad)
                return $"'FrameworkInfo.roles' contains invalid role: Role component '{bad}' is invalid because it contains " +
                    "backspace or whitespace";
        }

        return null;
    }
}
