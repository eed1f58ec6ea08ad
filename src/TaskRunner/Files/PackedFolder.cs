using Microsoft.Win32.SafeHandles;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Files;

/// <summary>What lies below a folder, by path from it: regular files, folders, and links that stay inside.</summary>
/// <param name="Target">Of a link; null of anything else.</param>
internal sealed record PackedEntry(string Name, FileFacts Facts, string? Target)
{
    /// <summary>The entry's kind, as a folder's name ends with it in a tar.</summary>
    public string Tail => Facts.Kind == FileKind.Folder ? "/" : "";
}

/// <summary>Lists a folder that a stranger's steps filled, and refuses by name what may not leave the task.</summary>
internal static class PackedFolder
{
    /// <exception cref="DefinitionException">Names what is no file, folder or link that stays inside, or cannot be read.</exception>
    /// <returns>In the order of their names.</returns>
    public static IReadOnlyList<PackedEntry> List(SafeFileHandle folder)
    {
        var entries = new List<PackedEntry>();
        Collect(folder, "", entries);
        var links = entries.Where(e => e.Target is not null).ToDictionary(e => e.Name, e => e.Target!, StringComparer.Ordinal);
        foreach (var (path, target) in links)
        {
            if (LinkTargets.WhyUnsafe(path, target, links) is { } reason)
                throw new DefinitionException(
                    $"The artifact holds the link '{path}' → '{target}', which {reason}. Make it a relative link to something in the"
                    + " artifact, or a copy of what it names (cp -L; python3 -m venv --copies).");
        }

        return [.. entries.OrderBy(e => e.Name, StringComparer.Ordinal)];
    }

    private static void Collect(SafeFileHandle folder, string prefix, List<PackedEntry> entries)
    {
        foreach (var raw in NativeFiles.NamesIn(folder))
        {
            var name = prefix + TextOf(raw, prefix);
            var facts = NativeFiles.FactsOf(folder, raw);
            if (facts.Kind == FileKind.Special)
                throw new DefinitionException(
                    $"The artifact holds '{name}', which is a pipe, a socket or a device: neither file, folder nor link. Remove it.");
            entries.Add(new PackedEntry(
                name, facts, facts.Kind == FileKind.Link ? TextOf(NativeFiles.TargetOf(folder, raw), prefix) : null));
            if (facts.Kind != FileKind.Folder)
                continue;
            using var child = Open(() => NativeFiles.OpenFolderBelow(folder, raw), name);
            Collect(child, name + "/", entries);
        }
    }

    // An archive names files by text: a name that is no text would come back as another one.
    private static string TextOf(string raw, string prefix) =>
        RawName.TextOf(raw) ?? throw new DefinitionException(
            $"The artifact holds the name '{prefix}{RawName.Show(raw)}', which is not UTF-8 text. Rename it in a step"
            + " (convmv does it).");

    /// <summary>Opens something of the artifact for reading.</summary>
    /// <exception cref="DefinitionException">It cannot be read, or is not what it was a moment ago.</exception>
    public static SafeFileHandle Open(Func<SafeFileHandle> open, string name)
    {
        try
        {
            return open();
        }
        catch (NativeException e) when (e.Errno is NativeException.NotAllowed)
        {
            throw new DefinitionException($"The artifact holds '{name}', which its mode lets nobody read. Change its mode (chmod u+r).");
        }
        catch (NativeException e) when (e.Errno is NativeException.NotThere or NativeException.NoFolder or NativeException.TooManyLinks)
        {
            throw new DefinitionException($"'{name}' changed while it was packed. End what the steps started before they end.");
        }
    }
}
