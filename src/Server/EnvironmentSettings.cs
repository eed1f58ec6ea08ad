using System.Collections;

namespace Pipeline.Server;

/// <summary>Settings from variables such as <c>PIPELINE_Clusters__infra_qa__Masters__0</c>: <c>__</c> stands between the parts of a
/// key.</summary>
internal static class EnvironmentSettings
{
    private const string Prefix = "PIPELINE_";

    /// <summary>Key and value of each such variable. Cluster names have hyphens, which no shell takes in a name: <c>_</c> stands for
    /// them.</summary>
    public static Dictionary<string, string?> Read(IDictionary variables)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in variables)
        {
            if (variable.Key is string name && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                settings[KeyOf(name[Prefix.Length..])] = (string?)variable.Value;
        }

        return settings;
    }

    private static string KeyOf(string name)
    {
        var parts = name.Split("__");
        if (parts.Length > 1 && parts[0].Equals("Clusters", StringComparison.OrdinalIgnoreCase))
            parts[1] = parts[1].Replace('_', '-');
        return string.Join(ConfigurationPath.KeyDelimiter, parts);
    }
}
