using Microsoft.Win32.SafeHandles;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Files;

/// <summary>A hard link is the file itself: one whose other names lie outside of the task's sandbox is somebody else's.</summary>
internal static class HardLinks
{
    /// <param name="files">What is about to leave the task.</param>
    /// <param name="sandbox">Everything that is the task's own. It is walked only when a file has more names than are given.</param>
    /// <exception cref="DefinitionException">Names the first file that has a name elsewhere.</exception>
    public static void RefuseForeign(IEnumerable<(string Name, FileFacts Facts)> files, SafeFileHandle sandbox)
    {
        var shared = files.Where(f => f.Facts is { Kind: FileKind.File, Names: > 1 }).ToList();
        if (shared.Count == 0)
            return;
        var found = shared.Select(f => f.Facts.Identity).Distinct().ToDictionary(i => i, _ => 0u);
        Count(sandbox, found);
        foreach (var (name, facts) in shared.Where(f => f.Facts.Names > found[f.Facts.Identity]))
            throw new DefinitionException(
                $"The artifact holds '{name}', a hard link to a file that also lies outside of the task's sandbox. Make it a copy (cp).");
    }

    private static void Count(SafeFileHandle folder, Dictionary<(uint Major, uint Minor, ulong Inode), uint> found)
    {
        foreach (var name in NativeFiles.NamesIn(folder))
        {
            var facts = NativeFiles.FactsOf(folder, name);
            if (facts.Kind == FileKind.File && found.TryGetValue(facts.Identity, out var names))
                found[facts.Identity] = names + 1;
            if (facts.Kind != FileKind.Folder)
                continue;
            try
            {
                using var child = NativeFiles.OpenFolderBelow(folder, name);
                Count(child, found);
            }
            catch (NativeException)
            {
                // What cannot be looked into counts for nothing: the file is then refused.
            }
        }
    }
}
