using System.Reflection;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Migrations;

public sealed class MigrationFilesTests
{
    public static TheoryData<string> Slices =>
        [.. PipelineHost.Slices.Append(typeof(JournalEvent).Assembly).Select(a => a.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Slices))]
    public void Every_script_in_the_folder_of_migrations_is_part_of_the_program(string assembly)
    {
        var folder = Path.Combine(RepositoryRoot.Path, "src", assembly["Pipeline.".Length..], "Data", "Migrations");
        var embedded = Assembly.Load(assembly).GetManifestResourceNames();
        var left = Directory.Exists(folder)
            ? Directory.GetFiles(folder).Select(Path.GetFileName).Where(
                f => !embedded.Any(r => r.EndsWith($".Migrations.{f}", StringComparison.Ordinal)))
            : [];
        Assert.True(
            !left.Any(), $"{folder} has {string.Join(", ", left)}, which no server runs: name it as an EmbeddedResource of the project.");
    }
}
