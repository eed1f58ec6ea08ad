using Pipeline.Server.Tests.Tidy.Reading;

namespace Pipeline.Server.Tests.Tidy.Shape;

/// <summary>Who may reference whom.</summary>
public static class ProjectReferences
{
    public static IEnumerable<Finding> Find(SourceTree tree)
    {
        foreach (var project in tree.Projects.Where(p => p.IsSource))
        {
            if (!Layout.MayReference.TryGetValue(project.Name, out var allowed))
            {
                yield return new Finding(
                    project.File.At(1), project.Name, $"no rule says what {project.Name} may reference: give it a line in Layout.cs");
                continue;
            }

            foreach (var reference in project.ProjectReferences.Where(r => !allowed.Contains(r.Include)))
            {
                yield return new Finding(
                    project.File.At(reference.Line), $"{project.Name} → {reference.Include}",
                    $"{project.Name} must not reference {reference.Include}: it may see "
                        + $"{(allowed is [] ? "none of ours" : string.Join(", ", allowed))}");
            }
        }
    }
}
