using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Dapper;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>What a task asks for when it starts: the program it runs, and its spec for its ticket.</summary>
public sealed class RunnerEndpointTests(PolicyServer server) : IClassFixture<PolicyServer>
{
    private static readonly CancellationToken None = CancellationToken.None;

    private ServerKey Key => server.App.Services.GetRequiredService<ServerKey>();

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ticket": "", "nonce": "n"}""")]
    [InlineData("""{"ticket": "t", "nonce": ""}""")]
    public async Task Ticket_and_nonce_are_both_needed(string body)
    {
        var (status, problem) = await server.SendAsync("POST", "/runner/v1/tasks/v1.1.1/spec", body);
        Assert.Equal((400, "ticket-missing"), ((int)status, problem.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_ticket_of_another_task_is_refused() =>
        Assert.Equal((401, "ticket-invalid"), await RedeemAsync("v1.1.1", Key.TicketFor("v1.2.1"), "n"));

    [Fact]
    public async Task A_task_that_waits_or_never_was_has_nothing_to_redeem()
    {
        Assert.Equal((409, "ticket-taken"), await RedeemAsync("v1.1.1", Key.TicketFor("v1.1.1"), "n"));
        Assert.Equal((409, "ticket-taken"), await RedeemAsync("never.1.1", Key.TicketFor("never.1.1"), "n"));
    }

    [Fact]
    public async Task The_first_nonce_binds_the_ticket_and_gets_token_and_spec_again_and_again()
    {
        await using (var connection = await server.App.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(None))
            await connection.ExecuteAsync("UPDATE scheduler.task SET phase = 'Launching' WHERE id = 'v1.3.1'");
        for (var time = 0; time < 2; time++)
        {
            var (status, body) = await server.SendAsync("POST", "/runner/v1/tasks/v1.3.1/spec", Body(Key.TicketFor("v1.3.1"), "mine"));
            Assert.Equal((HttpStatusCode.OK, Key.TokenFor("v1.3.1")), (status, body.GetProperty("token").GetString()));
            Assert.Equal((JsonValueKind.Object, JsonValueKind.Null),
                (body.GetProperty("spec").ValueKind, body.GetProperty("overrides").ValueKind));
        }

        Assert.Equal((409, "ticket-taken"), await RedeemAsync("v1.3.1", Key.TicketFor("v1.3.1"), "anothers"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task The_program_is_served_by_its_digest_for_ever(string method)
    {
        var digest = server.App.Services.GetRequiredService<RunnerBinary>().Digest;
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/runner/v1/taskrunner/{digest}");
        using var response = await server.Http.SendAsync(request, None);
        Assert.Equal((HttpStatusCode.OK, 10L), (response.StatusCode, response.Content.Headers.ContentLength));
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString());
        Assert.Equal(method == "GET" ? "#!/bin/sh\n" : "", await response.Content.ReadAsStringAsync(None));
    }

    [Theory]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("latest")]
    public async Task Another_program_is_not_here_and_the_answer_names_the_one_that_is(string digest)
    {
        var (status, problem) = await server.SendAsync("GET", $"/runner/v1/taskrunner/{digest}", "");
        Assert.Equal((404, "taskrunner-unknown"), ((int)status, problem.GetProperty("type").GetString()));
        Assert.Contains(
            server.App.Services.GetRequiredService<RunnerBinary>().Digest.ToString(), problem.GetProperty("title").GetString(),
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_says_by_its_token_on_which_ports_it_listens_and_nobody_else_does()
    {
        await using var connection = await server.App.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(None);
        async Task<string?> PortsAsync() =>
            await connection.ExecuteScalarAsync<string?>("SELECT runner_ports::text FROM scheduler.task WHERE id = 'v1.4.1'");
        await connection.ExecuteAsync("UPDATE scheduler.task SET phase = 'Launching', ports = '{31000,31001}' WHERE id = 'v1.4.1'");
        await server.SendAsync("POST", "/runner/v1/tasks/v1.4.1/spec", Body(Key.TicketFor("v1.4.1"), "n"));
        Assert.Null(await PortsAsync());
        await server.SendAsync("POST", "/runner/v1/tasks/v1.4.1/spec", Body(Key.TicketFor("v1.4.1"), "n", reportsPorts: true));
        Assert.Equal("{}", await PortsAsync());

        Assert.Equal(401, await PutPortsAsync(Key.TokenFor("v1.5.1"), "[31000]"));
        Assert.Equal(400, await PutPortsAsync(Key.TokenFor("v1.4.1"), "null"));
        Assert.Equal("{}", await PortsAsync());
        Assert.Equal(204, await PutPortsAsync(Key.TokenFor("v1.4.1"), "[31001, 22]"));
        Assert.Equal("{31001}", await PortsAsync());
        Assert.Equal(204, await PutPortsAsync(Key.TokenFor("v1.4.1"), "[31000]"));
        Assert.Equal("{31000,31001}", await PortsAsync());
        await server.SendAsync("POST", "/runner/v1/tasks/v1.4.1/spec", Body(Key.TicketFor("v1.4.1"), "n", reportsPorts: true));
        Assert.Equal("{31000,31001}", await PortsAsync());
    }

    private async Task<int> PutPortsAsync(string token, string ports)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/runner/v1/tasks/v1.4.1/ports");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new StringContent($"{{\"ports\":{ports}}}", Encoding.UTF8, "application/json");
        using var response = await server.Http.SendAsync(request, None);
        return (int)response.StatusCode;
    }

    private async Task<(int, string?)> RedeemAsync(string task, string ticket, string nonce)
    {
        var (status, problem) = await server.SendAsync("POST", $"/runner/v1/tasks/{task}/spec", Body(ticket, nonce));
        return ((int)status, problem.GetProperty("type").GetString());
    }

    private static string Body(string ticket, string nonce, bool reportsPorts = false) =>
        JsonSerializer.Serialize(new { ticket, nonce, reportsPorts });
}
