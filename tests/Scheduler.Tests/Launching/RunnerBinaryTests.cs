using System.Security.Cryptography;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Tests.Launching;

public sealed class RunnerBinaryTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void The_program_is_named_by_the_digest_of_its_first_reading()
    {
        File.WriteAllText(file, "#!/bin/sh\n");
        var runner = new RunnerBinary(file);
        var expected = "sha256:" + Convert.ToHexStringLower(SHA256.HashData("#!/bin/sh\n"u8));
        Assert.Equal(expected, runner.Digest.ToString());

        // A server that was updated in place serves what it promised until it starts again.
        File.WriteAllText(file, "another");
        Assert.Equal(expected, runner.Digest.ToString());
        Assert.NotEqual(expected, new RunnerBinary(file).Digest.ToString());
    }

    [Fact]
    public void A_missing_program_is_an_error_that_names_the_file_and_the_setting()
    {
        var missing = Assert.Throws<InvalidOperationException>(() => new RunnerBinary("/nowhere/taskrunner").Digest);
        Assert.Contains("/nowhere/taskrunner", missing.Message, StringComparison.Ordinal);
        Assert.Contains("Scheduler:TaskRunnerPath", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_setting_it_is_beside_the_server() =>
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "taskrunner"), new RunnerBinary(null).FilePath);
}
