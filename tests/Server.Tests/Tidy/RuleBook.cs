using Pipeline.Server.Tests.Tidy.Budgets;
using Pipeline.Server.Tests.Tidy.Hygiene;
using Pipeline.Server.Tests.Tidy.Reading;
using Pipeline.Server.Tests.Tidy.Shape;
using Pipeline.Server.Tests.Tidy.Words;

namespace Pipeline.Server.Tests.Tidy;

/// <summary>Every rule by the name that it has in the ratchet file.</summary>
public static class RuleBook
{
    public static readonly IReadOnlyList<Rule> All =
    [
        new("commands-take-caller", true, CommandsTakeCaller.Find),
        new("core-dependencies", true, CompiledCore.Find),
        new("core-purity", true, PureCore.Find),
        new("file-circles", true, CircleRules.OfFiles),
        new("folder-circles", true, CircleRules.OfFolders),
        new("namespace-is-folder", true, NamespaceIsFolder.Find),
        new("native-calls", true, NativeCalls.Find),
        new("project-references", false, ProjectReferences.Find),
        new("public-types", true, PublicTypes.Find),
        new("slice-boundaries", true, SliceBoundaries.Find),
        new("slice-readmes", true, SliceReadmes.Find),
        new("wire-types", false, WireTypes.Find),

        new("constructor-parameters", true, MethodBudgets.ConstructorParameters),
        new("file-length", false, FileBudgets.Length),
        new("file-spread", true, FileBudgets.Spread),
        new("folder-size", true, FileBudgets.FolderSize),
        new("line-length", true, FileBudgets.LineLength),
        new("method-length", true, MethodBudgets.Length),
        new("method-limit", true, MethodBudgets.Limit),
        new("nesting", true, MethodBudgets.Nesting),
        new("partial-classes", true, OneFileOneClass.Partials),
        new("regions", false, OneFileOneClass.Regions),
        new("test-volume", true, TestVolume.Find),

        new("documented-names", true, DocumentedNames.Find),
        new("slang", true, Names.Slang),
        new("type-suffixes", true, Names.Suffixes),
        new("unfinished", false, Unfinished.Find),

        new("banned-calls", true, BannedCalls.Find),
        new("sleeping-tests", true, SleepingTests.Find),
        new("text-cuts", true, TextCuts.Find),
        new("unused-packages", true, PackageUse.Unused),
        new("unused-versions", true, PackageUse.UnusedVersions),
    ];
}
