using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Server.Start;

namespace Pipeline.Server.Tests.Start;

/// <summary>What stops a start is made to happen, not invented: the exceptions are those that the server would meet.</summary>
public sealed class StartFailureTests
{
    [Fact]
    public void What_the_person_typed_is_shown_line_by_line()
    {
        var failure = StartFailure.Of(new UsageException("one\ntwo"))!;

        Assert.Equal(2, failure.ExitCode);
        Assert.Equal(["one", "two"], failure.Lines);
    }

    [Fact]
    public void All_wrong_settings_of_all_slices_are_shown_at_once_and_each_once()
    {
        var one = new OptionsValidationException("a", typeof(object), ["A is not set.", "B is not set."]);
        var other = new OptionsValidationException("b", typeof(object), ["B is not set.", "C is 7."]);

        Assert.Equal(
            ["the configuration is not valid:", "  A is not set.", "  B is not set.", "  C is 7."],
            StartFailure.Of(new AggregateException(one, other))!.Lines);
        Assert.Equal(["the configuration is not valid:", "  A is not set.", "  B is not set."], StartFailure.Of(one)!.Lines);
        Assert.Equal(2, StartFailure.Of(one)!.ExitCode);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_named_with_its_setting()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=pipeline;Database=pipeline;Timeout=5");

        var failure = StartFailure.Of(await Assert.ThrowsAsync<NpgsqlException>(() => connection.OpenAsync(CancellationToken.None)))!;

        Assert.Equal(1, failure.ExitCode);
        Assert.Contains($"127.0.0.1:{port}", failure.Lines[0], StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:Pipeline", failure.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_another_users_is_named_with_the_servers_user()
    {
        var failure = StartFailure.Of(new UnauthorizedAccessException("Access to the path '/srv/data' is denied."))!;

        Assert.Equal(1, failure.ExitCode);
        Assert.Contains("/srv/data", failure.Lines[0], StringComparison.Ordinal);
        Assert.Contains($"'{Environment.UserName}'", failure.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        var refused = Assert.ThrowsAny<IOException>(() => Directory.CreateDirectory("/proc/data"));

        var failure = StartFailure.Of(refused)!;

        Assert.Equal(1, failure.ExitCode);
        Assert.Contains("/proc/data", failure.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(AggregateException))]
    public void A_fault_of_ours_keeps_its_stack_trace(Type kind) =>
        Assert.Null(StartFailure.Of(
            kind == typeof(AggregateException)
                ? new AggregateException(new InvalidOperationException("x"))
                : (Exception)Activator.CreateInstance(kind)!));
}
