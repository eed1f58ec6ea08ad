using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using CsCheck;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Logs;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Tests.Runner;

/// <summary>A log arrives in chunks that name where they begin. The answer says where the runner goes on.</summary>
public sealed class LogOffsetTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private const int Limit = 8 << 20;

    private readonly BuildHost host = fixture.Host;

    [Theory]
    [InlineData(5, "world", HttpStatusCode.OK, 10, "helloworld")]
    [InlineData(5, "", HttpStatusCode.OK, 5, "hello")]
    [InlineData(0, "hello", HttpStatusCode.Conflict, 5, "hello")]
    [InlineData(4, "o!", HttpStatusCode.Conflict, 5, "hello")]
    [InlineData(6, "gap", HttpStatusCode.Conflict, 5, "hello")]
    [InlineData(-1, "x", HttpStatusCode.Conflict, 5, "hello")]
    [InlineData(long.MaxValue, "x", HttpStatusCode.Conflict, 5, "hello")]
    [InlineData(long.MinValue, "x", HttpStatusCode.Conflict, 5, "hello")]
    public async Task A_chunk_is_taken_only_where_the_log_ends_and_the_answer_says_where_that_is(
        long offset, string text, HttpStatusCode status, long size, string log)
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        await client.LogAsync(0, "hello");
        var answer = await client.LogAsync(offset, text);

        Assert.Equal((status, size), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<LogSize>())!.Size));
        Assert.Equal(log, await host.Http.GetStringAsync($"/api/v1/builds/{build.Build.Id}/modules/build/steps/0/log"));
    }

    [Theory]
    [InlineData("steps/0/log", 400)]
    [InlineData("steps/0/log?offset=", 400)]
    [InlineData("steps/0/log?offset=x", 400)]
    [InlineData("steps/0/log?offset=9223372036854775808", 400)]
    [InlineData("steps/one/log?offset=0", 404)]
    [InlineData("steps/1/log?offset=0", 404)]
    [InlineData("steps/-1/log?offset=0", 404)]
    public async Task A_chunk_that_says_not_where_it_belongs_makes_no_file(string path, int status)
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        Assert.Equal(status, (int)(await client.PostAsync(path, new ByteArrayContent([1]))).StatusCode);
        Assert.False(Directory.Exists(Path.GetDirectoryName(PathOf(build.Build.Id))!));
    }

    [Theory]
    [InlineData(Limit, false, 200)]
    [InlineData(Limit, true, 200)]
    [InlineData(Limit + 1, false, 413)]
    [InlineData(Limit + 1, true, 413)]
    public async Task A_chunk_has_a_limit_whether_its_size_is_announced_or_not(int bytes, bool chunked, int status)
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        var request = new HttpRequestMessage(HttpMethod.Post, "steps/0/log?offset=0") { Content = new ByteArrayContent(new byte[bytes]) };
        request.Headers.TransferEncodingChunked = chunked;
        var answer = await client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200 ? bytes : 0, StepLogs.SizeOf(PathOf(build.Build.Id)));
        if (status == 413)
            Assert.Equal("413 log-chunk-too-large: A log chunk is at most 8 MB. Send it in parts.", await answer.RefusalAsync());
    }

    [Fact]
    public async Task The_same_chunk_many_times_at_once_is_there_once()
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.LogAsync(0, "once\n")));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal("once\n", await File.ReadAllTextAsync(PathOf(build.Build.Id)));
    }

    [Fact]
    public async Task Whatever_answers_are_lost_a_runner_that_follows_the_sizes_writes_its_log_exactly()
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        var whole = new List<byte>();
        await Gen.Select(Gen.Byte.Array[1, 2000], Gen.Bool, Gen.Int[-5, 5]).Array[12].SampleAsync(
            async chunks =>
            {
                foreach (var (bytes, isAnswerLost, slip) in chunks)
                {
                    whole.AddRange(bytes);
                    if (isAnswerLost)
                        await client.LogAsync(whole.Count - bytes.Length, bytes);
                    var offset = (long)(whole.Count - bytes.Length + slip);
                    while (offset != whole.Count)
                    {
                        var rest = whole.Skip((int)Math.Max(0, offset)).ToArray();
                        offset = (await (await client.LogAsync(offset, rest)).Content.ReadFromJsonAsync<LogSize>())!.Size;
                    }
                }

                Assert.Equal(whole, (IEnumerable<byte>)await File.ReadAllBytesAsync(PathOf(build.Build.Id)));
            },
            iter: 10,
            threads: 1);
    }

    [Fact]
    public async Task Steps_and_modules_do_not_share_a_log()
    {
        var (build, task) = await host.RunningAsync("steps: [{ name: a, run: x }, { name: b, run: y }]");
        using var client = task;
        await client.LogAsync(0, "of a");
        await client.LogAsync(0, "of b", index: 1);
        foreach (var (index, text) in new[] { (0, "of a"), (1, "of b") })
        {
            Assert.Equal(
                text,
                await host.Http.GetStringAsync(
                    string.Create(CultureInfo.InvariantCulture, $"/api/v1/builds/{build.Build.Id}/modules/build/steps/{index}/log")));
        }
    }

    [Fact]
    public async Task A_sender_that_breaks_off_leaves_no_part_of_its_chunk()
    {
        var (build, task) = await host.RunningAsync();
        using var client = task;
        var broken = new HttpRequestMessage(HttpMethod.Post, "steps/0/log?offset=0") { Content = new BrokenContent() };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.SendAsync(broken));
        var answer = await client.LogAsync(0, "whole");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("whole", await File.ReadAllTextAsync(PathOf(build.Build.Id)));
    }

    private string PathOf(Guid build) => host.Get<StepLogs>().PathOf(new LogPlace(new BuildId(build), "build", 0, 1));

    private sealed class BrokenContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes("part"));
            await stream.FlushAsync();
            throw new IOException("The agent is gone.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 100;
            return true;
        }
    }
}
