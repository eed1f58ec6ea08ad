using Pipeline.LocalMesos.Programs;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Programs;

/// <summary>Commands become programs with arguments.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void A_shell_command_is_run_by_sh() =>
        Assert.Equal(["sh", "-c", "echo $A"], CommandLine.ForContainer(new W.CommandInfo { Value = "echo $A" }));

    [Fact]
    public void Without_a_shell_the_first_argument_is_the_name() => Assert.Equal(
        ["/bin/echo", "a b"],
        CommandLine.ForContainer(new W.CommandInfo { Shell = false, Value = "/bin/echo", Arguments = { "echo", "a b" } }));

    [Fact]
    public void A_process_of_the_current_user_starts_directly()
    {
        var (path, arguments) = CommandLine.ForProcess(new W.CommandInfo { Value = "true", User = Environment.UserName });
        Assert.Equal(("/bin/sh", "sh -c true"), (path, string.Join(' ', arguments)));
    }

    [Fact]
    public void A_process_of_another_user_changes_its_ids_first()
    {
        var (path, arguments) = CommandLine.ForProcess(new W.CommandInfo { Value = "true", User = "daemon-x" });
        Assert.Equal("/usr/bin/setpriv", path);
        Assert.Equal(["setpriv", "--reuid=daemon-x", "--regid=daemon-x", "--init-groups", "sh", "-c", "true"], arguments);
    }

    [Fact]
    public void Users_are_those_of_the_machine()
    {
        Assert.True(Users.Exists("root"));
        Assert.False(Users.Exists("roo"));
        Assert.False(Users.Exists("no-such-user"));
    }
}
