using System.Diagnostics;
using Pipeline.TaskRunner.Files;

namespace Pipeline.TaskRunner.Tests.Files;

/// <summary>What git holds is unpacked as git itself would check it out.</summary>
public sealed class SourceTreeTests : IDisposable
{
    private readonly string folder = RunnerProcess.NewFolder();

    public void Dispose() => RunnerProcess.DeleteFolder(folder);

    [Theory]
    [InlineData("absolute link", "ln -s /usr/bin/python3 py; ln -s /etc/shadow s; ln -s / root")]
    [InlineData("link out of the repository", "ln -s ../../shared/lib lib; mkdir a; ln -s ../../x a/l")]
    [InlineData("dangling link", "ln -s not-there x")]
    [InlineData("link that climbs inside", "mkdir -p a/b c; echo 1 > c/f; ln -s a/b/../../c/f link; ln -s ./../c/f a/link")]
    [InlineData("links in a circle", "ln -s me me; ln -s b a; ln -s a b")]
    [InlineData("link to a folder",
        "mkdir -p packages/a app/node_modules; echo 1 > packages/a/f; ln -s ../../packages/a/ app/node_modules/a")]
    [InlineData("link with a target that is not UTF-8", "ln -s \"$(printf 'caf\\351')\" l")]
    [InlineData("link with a long target", "ln -s \"$(printf 'x/%.0s' $(seq 200))\" l")]
    [InlineData("names that are not UTF-8",
        "echo 1 > \"$(printf 'caf\\351.txt')\"; mkdir \"$(printf 'gr\\374n')\"; echo 2 > \"$(printf 'gr\\374n/\\377')\"")]
    [InlineData("a long name that is not UTF-8", "d=$(printf 'd\\351%.0s' $(seq 60)); mkdir -p $d/$d; echo 1 > $d/$d/f")]
    [InlineData("odd names", "touch 'a\nb' 'back\\slash' 'trail ' ./-rf ' lead' 'q\"uote' 'star*' 'tab\tx' 'con:'")]
    [InlineData("long names",
        "touch $(printf 'n%.0s' $(seq 255)); d=$(printf 'dir%.0s/' $(seq 40)); mkdir -p $d$(printf 'x%.0s' $(seq 100)); echo deep > $d/f")]
    [InlineData("twins by case and by form",
        "echo 1 > README; echo 2 > readme; touch \"$(printf 'caf\\303\\251')\" \"$(printf 'cafe\\314\\201')\"")]
    [InlineData("modes", "echo 1 > a; echo 2 > run; chmod 755 run")]
    [InlineData("a replacement character that is one", "touch \"$(printf 'a\\357\\277\\275b')\"")]
    public void A_source_is_unpacked_as_git_checks_it_out(string story, string make)
    {
        var archive = Path.Combine(folder, "source.tar");
        Bash($"git init -q -b main work && cd work && {make} && git add -A"
            + " && git -c user.name=T -c user.email=t@example.invalid commit -qm x"
            + " && git archive --format=tar -o ../source.tar HEAD && cd .. && git clone -q work clone");

        SafeTar.Unpack(archive, Path.Combine(folder, "out"), UnpackLimits.Default, LinkRule.Any);

        var wanted = Bash($"{Listing} clone");
        Assert.True(wanted.Length > 0, story);
        Assert.Equal(wanted, Bash($"{Listing} out"));
    }

    // Bytes of names, modes, kinds, targets and contents.
    private const string Listing =
        "list() { cd $1; find . -path ./.git -prune -o -mindepth 1 -printf '%P %y %M %l\\n' | LC_ALL=C sort | od -An -c;"
        + " find . -path ./.git -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum; }; list";

    private string Bash(string script)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-ec", script])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said.Result);
        return output;
    }
}
