using CsCheck;
using Microsoft.Win32.SafeHandles;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Tests.Files;

public sealed class LinkTargetsTests
{
    [Theory]
    [InlineData("l", "a")]
    [InlineData("l", "./a/./b")]
    [InlineData("l", "a//b/")]
    [InlineData("l", ".")]
    [InlineData("d/l", "..")]
    [InlineData("d/l", "../x")]
    [InlineData("d/e/l", "../../x/y")]
    [InlineData("d/e/l", "./.././../x")]
    [InlineData("l", "..a/...")]
    [InlineData("d/l", "a/..")]
    [InlineData("d/l", "../a/..")]
    [InlineData("l", "/usr/bin/python3")]
    [InlineData("l", "/lib64/ld-linux-x86-64.so.2")]
    public void A_target_that_stays_inside_is_safe(string path, string target) => Assert.Null(WhyUnsafe(path, target));

    [Theory]
    [InlineData("l", "", "names nothing")]
    [InlineData("l", "/", Absolute)]
    [InlineData("l", "/etc", Absolute)]
    [InlineData("l", "/usr/../etc/passwd", Absolute)]
    [InlineData("l", "/usrlocal/x", Absolute)]
    [InlineData("l", "..", "leads out of it")]
    [InlineData("l", "./..", "leads out of it")]
    [InlineData("d/l", "../..", "leads out of it")]
    [InlineData("d/e/l", "../../../x", "leads out of it")]
    [InlineData("d/l", "a/../../..", "leads out of it")]
    public void Any_other_is_refused_with_the_reason(string path, string target, string reason) =>
        Assert.Equal(reason, WhyUnsafe(path, target));

    private const string Absolute = "is absolute, which is another place wherever the artifact is unpacked";

    private static string? WhyUnsafe(string path, string target) =>
        LinkTargets.WhyUnsafe(path, target, new Dictionary<string, string> { [path] = target });

    /// <summary>The kernel is asked: whatever links lie on the way, what is called safe never leads above the folder.</summary>
    [Fact]
    public void What_is_called_safe_resolves_inside() =>
        Gen.Select(OneOf("l", "m", "d/l", "d/e/l", "d/e/m"), OneOf(".", "..", "d", "e", "l", "m", "d/e").Array[1, 6]).Array[1, 4].Sample(
        links =>
        {
            var root = Directory.CreateTempSubdirectory("links-").FullName;
            try
            {
                Directory.CreateDirectory(Path.Combine(root, "d/e"));
                var made = new Dictionary<string, string>();
                foreach (var (path, parts) in links)
                {
                    if (made.TryAdd(path, string.Join('/', parts)))
                        File.CreateSymbolicLink(Path.Combine(root, path), made[path]);
                }

                using var folder = NativeFiles.OpenFolder(root);
                return made.All(l => LinkTargets.WhyUnsafe(l.Key, l.Value, made) is not null || !LeadsOut(folder, l.Key));
            }
            finally
            {
                Directory.Delete(root, recursive: true);
            }
        });

    /// <summary>The kernel does not answer for a ".." while something is renamed elsewhere: it is asked again.</summary>
    [Fact]
    public async Task A_link_is_followed_while_files_are_renamed_elsewhere_on_the_machine()
    {
        var root = Directory.CreateTempSubdirectory("links-").FullName;
        var elsewhere = Directory.CreateTempSubdirectory("renamed-").FullName;
        using var over = new CancellationTokenSource();
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "d/e"));
            File.CreateSymbolicLink(Path.Combine(root, "l"), "d/e/../../d/e/../../d/e/../..");
            var renaming = Task.Run(() => Rename(elsewhere, over.Token), CancellationToken.None);
            using var folder = NativeFiles.OpenFolder(root);

            for (var i = 0; i < 15_000; i++)
                NativeFiles.OpenBelow(folder, "l", NativeFiles.ReadOnly, NativeFiles.Beneath).Dispose();

            await over.CancelAsync();
            await renaming;
        }
        finally
        {
            await over.CancelAsync();
            Directory.Delete(root, recursive: true);
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    private static void Rename(string folder, CancellationToken over)
    {
        var (a, b) = (Path.Combine(folder, "a"), Path.Combine(folder, "b"));
        Directory.CreateDirectory(a);
        while (!over.IsCancellationRequested)
        {
            Directory.Move(a, b);
            Directory.Move(b, a);
        }
    }

    // What is not there, or leads round in a circle, leads nowhere: the rule may still be right to refuse it.
    private static bool LeadsOut(SafeFileHandle folder, string path)
    {
        try
        {
            using var opened = NativeFiles.OpenBelow(folder, path, NativeFiles.ReadOnly, NativeFiles.Beneath);
            return false;
        }
        catch (NativeException e) when (e.Errno is NativeException.LeadsOut)
        {
            return true;
        }
        catch (NativeException e) when (e.Errno is NativeException.NotThere or NativeException.TooManyLinks)
        {
            return false;
        }
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
