using System.Xml.Linq;

namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>A <c>.csproj</c> as it is written: what it references, and which folder belongs to it.</summary>
public sealed class ProjectFile
{
    private readonly XDocument xml;

    public ProjectFile(SourceFile file)
    {
        File = file;
        Name = Path.GetFileNameWithoutExtension(file.Name);
        xml = XDocument.Parse(file.Text, LoadOptions.SetLineInfo);
    }

    public SourceFile File { get; }

    public string Name { get; }

    public string Folder => File.Folder;

    public string RootNamespace => $"Pipeline.{Name}";

    public bool IsSource => Folder.StartsWith("src/", StringComparison.Ordinal);

    public IEnumerable<Item> ProjectReferences =>
        Items("ProjectReference").Select(i => i with { Include = Path.GetFileNameWithoutExtension(i.Include) });

    public IEnumerable<Item> PackageReferences => Items("PackageReference");

    /// <summary>Paths of sources of other projects that this one compiles too, relative to the repository's root.</summary>
    public IEnumerable<string> LinkedSources => Items("Compile")
        .Select(i => Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", Folder, i.Include))));

    public bool UsesWebSdk => xml.Root?.Attribute("Sdk")?.Value is "Microsoft.NET.Sdk.Web" or "Microsoft.NET.Sdk.Razor";

    private IEnumerable<Item> Items(string element) => ItemsOf(xml, element);

    public static IEnumerable<Item> ItemsOf(XDocument xml, string element) => xml.Descendants(element)
        .Where(e => e.Attribute("Include") is not null)
        .Select(e => new Item(e.Attribute("Include")!.Value, ((System.Xml.IXmlLineInfo)e).LineNumber));

    /// <summary>An item of the project file and the line it stands on.</summary>
    public sealed record Item(string Include, int Line);
}
