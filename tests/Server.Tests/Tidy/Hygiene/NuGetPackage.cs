using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using Pipeline.Server.Tests.Tidy.Reading;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Tidy.Hygiene;

/// <summary>A public type of a package, or an extension method of it.</summary>
public sealed record PublicName(string Namespace, string Name);

/// <summary>What the assemblies of a restored package offer, read from their metadata.</summary>
public static class NuGetPackage
{
    private static readonly string[] Targets =
        ["net10.0", "net9.0", "net8.0", "net7.0", "net6.0", "net5.0", "netcoreapp3.1", "netstandard2.1", "netstandard2.0",
            "netstandard1.6", "netstandard1.3"];

    private static readonly ConcurrentDictionary<string, IReadOnlyList<PublicName>?> Known = new();

    /// <summary>What the package offers itself and through what it brings along, unless the project asks for that by name.</summary>
    /// <returns>Null when the package has no assembly on this machine.</returns>
    public static IReadOnlyList<PublicName>? Find(ProjectFile project, string package)
    {
        var path = Path.Combine(RepositoryRoot.Path, project.Folder, "packages.lock.json");
        if (!File.Exists(path))
            return null;
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var locked = json.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(t => t.Value.EnumerateObject())
            .DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value, StringComparer.OrdinalIgnoreCase);
        var names = Closure(package, locked, [.. project.PackageReferences.Select(p => p.Include)]).Select(p => Folder(p, locked))
            .OfType<string>()
            .Select(folder => Known.GetOrAdd(folder, Read)).OfType<IReadOnlyList<PublicName>>().ToList();
        return names is [] ? null : [.. names.SelectMany(n => n)];
    }

    private static HashSet<string> Closure(string package, Dictionary<string, JsonElement> locked, HashSet<string> direct)
    {
        var all = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var next = new Stack<string>([package]);
        while (next.TryPop(out var name))
        {
            if (!all.Add(name) || !locked.TryGetValue(name, out var entry) || !entry.TryGetProperty("dependencies", out var needs))
                continue;
            foreach (var need in needs.EnumerateObject().Where(n => !direct.Contains(n.Name)))
                next.Push(need.Name);
        }

        return all;
    }

    private static string? Folder(string package, Dictionary<string, JsonElement> locked) =>
        locked.TryGetValue(package, out var entry) && entry.TryGetProperty("resolved", out var version)
            ? Path.Combine(Packages, package.ToLowerInvariant(), version.GetString()!, "lib")
            : null;

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static List<PublicName>? Read(string lib)
    {
        var folder = Targets.Select(t => Path.Combine(lib, t)).FirstOrDefault(Directory.Exists);
        return folder is null ? null : [.. Directory.GetFiles(folder, "*.dll").SelectMany(NamesIn).Distinct()];
    }

    private static IEnumerable<PublicName> NamesIn(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var names = new List<PublicName>();
        foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Where(t => (t.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public))
        {
            var @namespace = metadata.GetString(type.Namespace);
            var name = metadata.GetString(type.Name);
            names.Add(new PublicName(@namespace, name.Split('`')[0]));
            if ((type.Attributes & (TypeAttributes.Abstract | TypeAttributes.Sealed)) == (TypeAttributes.Abstract | TypeAttributes.Sealed))
            {
                names.AddRange(type.GetMethods().Select(metadata.GetMethodDefinition)
                    .Where(m => (m.Attributes & MethodAttributes.Public) == MethodAttributes.Public && m.GetCustomAttributes().Count > 0)
                    .Select(m => new PublicName(@namespace, metadata.GetString(m.Name))));
            }
        }

        return names;
    }
}
