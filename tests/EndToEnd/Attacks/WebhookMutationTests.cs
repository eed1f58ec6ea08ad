using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Pipeline.EndToEnd.Harness;

namespace Pipeline.EndToEnd.Attacks;

/// <summary>
/// Webhooks damaged in every way that somebody between a forge and the server, or instead of a forge, can damage them: bits, types,
/// lengths, chunks, encodings, sizes; half of the bodies are signed as they are, so that they reach what reads them.
/// </summary>
/// <remarks><c>PIPELINE_MUTATIONS</c> is how many (2,000), <c>PIPELINE_SEED</c> where they begin.</remarks>
public sealed class WebhookMutationTests
{
    private const int Workers = 8;

    [Fact]
    public async Task No_mutation_is_a_fault_of_the_server_and_memory_comes_back()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_MUTATIONS") ?? "2000", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_SEED") ?? "1", CultureInfo.InvariantCulture);
        await using var pipeline = await PipelineInstance.StartAsync(Policies.Automatic);
        var secret = (await File.ReadAllTextAsync(Path.Combine(pipeline.Data, "keys", "webhook.secret"))).Trim();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => SendAsync(pipeline, secret, -i)));
        var before = MemoryOf(pipeline);
        var wrong = new List<string>();
        var statuses = new SortedDictionary<int, int>();

        await Parallel.ForEachAsync(
            Enumerable.Range(seed, count), new ParallelOptions { MaxDegreeOfParallelism = Workers },
            async (number, _) =>
            {
                var (status, request) = await SendAsync(pipeline, secret, number);
                lock (statuses)
                {
                    statuses[status] = statuses.GetValueOrDefault(status) + 1;
                    if (status >= 500)
                        wrong.Add($"{number}: {status} {request[..Math.Min(600, request.Length)]}");
                }
            });

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong.Take(3)));
        // Accepted, malformed and unsigned: otherwise it is not the receiver that was tried.
        Assert.True(statuses.ContainsKey(202) && statuses.ContainsKey(400) && statuses.ContainsKey(401), string.Join(' ', statuses));
        Assert.DoesNotContain("Unhandled exception", pipeline.ServerLog());
        Assert.DoesNotContain("unhandled exception", pipeline.ServerLog());
        await Eventually.BecomesAsync(
            () => Task.FromResult(MemoryOf(pipeline)), now => now < before + 150, TimeSpan.FromSeconds(60),
            $"memory comes back to what it was ({before} MB)");
        Assert.True((await pipeline.Http.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    // In MB.
    private static long MemoryOf(PipelineInstance pipeline) => long.Parse(
        File.ReadLines($"/proc/{pipeline.ServerId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ')[^2],
        CultureInfo.InvariantCulture) / 1024;

    /// <returns>The status, 0 where the connection was closed without one.</returns>
    private static async Task<(int Status, string Request)> SendAsync(PipelineInstance pipeline, string secret, int number)
    {
        var mutation = new Mutation(number, secret);
        var request = mutation.Request();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.LingerState = new LingerOption(true, 0); // thousands of ports would wait otherwise
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var answer = new byte[64];
        var read = 0;
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, pipeline.Port), limit.Token);
            await socket.SendAsync(request, limit.Token);
            if (mutation.IsCutOff)
                socket.Shutdown(SocketShutdown.Send);
            read = await socket.ReceiveAsync(answer, limit.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The server may close early.
        }

        var text = Encoding.ASCII.GetString(answer, 0, read);
        var isHttp = text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal);
        var status = isHttp ? int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
        return (status, Encoding.Latin1.GetString(request));
    }

    /// <summary>One push delivery, damaged by its number: the same number gives the same bytes.</summary>
    private sealed class Mutation(int number, string secret)
    {
        private static readonly string[] Values =
        [
            "null", "true", "-1", "1e999", "99999999999999999999", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[[]]]]",
            "\"refs/heads/\\u202e\"", "\"../../x\"", "\"9999-99-99T99:99:99Z\"", "\"file:///etc/passwd\"", "{\"id\":{}}", "0.1",
            "\"refs/heads/-x\"", "\"\\ud83d\\ude00\"",
        ];

        private static readonly string[] Events =
            ["push", "ping", "pull_request", "", "PUSH", "push\u00e9", "delete", new('e', 5000), "push, ping"];

        private readonly Random random = new(number);

        /// <summary>Ends before what it announces.</summary>
        public bool IsCutOff { get; private set; }

        public byte[] Request()
        {
            var body = Damaged(Encoding.UTF8.GetBytes(Body()));
            if (number <= 0)
                body = Encoding.UTF8.GetBytes(Body());
            var signed = random.Next(2) == 0 || number <= 0;
            var key = Encoding.UTF8.GetBytes(signed ? secret : "wrong");
            var headers = new List<string>
            {
                "Host: localhost", "Content-Type: application/json", "X-GitHub-Event: push",
                $"X-GitHub-Delivery: {new Guid(number, 1, 2, new byte[8])}",
                $"X-Hub-Signature-256: sha256={Convert.ToHexStringLower(HMACSHA256.HashData(key, body))}",
            };
            if (random.Next(3) == 0 && number > 0)
                DamageHeaders(headers);
            var chunked = random.Next(4) == 0;
            headers.Add(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Length(body.Length)}");
            var content = chunked ? Chunked(body) : body;
            return [.. Encoding.Latin1.GetBytes($"POST /hooks/github HTTP/1.1\r\n{string.Join("\r\n", headers)}\r\n\r\n"), .. content];
        }

        private long Length(int bytes)
        {
            var length = number <= 0 ? bytes : random.Next(40) switch
            {
                0 => bytes + 5, 1 => Math.Max(0, bytes - 5), 2 => 0, 3 => long.MaxValue, _ => bytes,
            };
            IsCutOff = length > bytes;
            return length;
        }

        private string Body()
        {
            string[] fields =
            [
                "\"ref\":\"refs/heads/main\"", $"\"before\":\"{new string('0', 40)}\"", $"\"after\":\"{random.NextInt64():x40}\"",
                "\"created\":true", "\"deleted\":false", "\"forced\":false", "\"pusher\":{\"name\":\"eleni\"}",
                "\"sender\":{\"login\":\"eleni\"}",
                "\"head_commit\":{\"id\":\"1\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"message\":\"m\"}",
                "\"repository\":{\"id\":77,\"name\":\"x\",\"full_name\":\"tests/x\",\"owner\":{\"login\":\"tests\",\"name\":\"tests\"},"
                    + "\"clone_url\":\"file:///none\",\"html_url\":\"http://x\",\"default_branch\":\"main\"}",
            ];
            for (var i = 0; number > 0 && i < random.Next(4); i++)
            {
                var at = random.Next(fields.Length);
                fields[at] = fields[at][..(fields[at].LastIndexOf(':') + 1)] + Values[random.Next(Values.Length)];
                var open = fields[at].Count(c => c == '{') - fields[at].Count(c => c == '}');
                fields[at] += new string('}', Math.Max(0, open));
            }

            return $"{{{string.Join(',', fields)}}}";
        }

        private byte[] Damaged(byte[] body)
        {
            switch (random.Next(10))
            {
                case 0:
                    return body[..random.Next(body.Length)];
                case 1:
                    return [.. body, .. body];
                case 2:
                    return [0xef, 0xbb, 0xbf, .. body];
                case 3:
                    return Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(body));
                case 4:
                    return [.. Encoding.ASCII.GetBytes(new string('[', 5000)), .. body];
                case 5:
                    return [.. body, .. new byte[random.Next(300_000)]];
                case 6:
                    for (var i = 0; i < 5; i++)
                        body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
                    return body;
                case 7:
                    random.NextBytes(body.AsSpan(random.Next(body.Length)));
                    return body;
                default:
                    return body;
            }
        }

        private void DamageHeaders(List<string> headers)
        {
            var at = random.Next(1, headers.Count);
            var name = headers[at][..headers[at].IndexOf(':')];
            headers[at] = random.Next(9) switch
            {
                0 => $"{name}: ",
                1 => $"{name}: {new string('x', random.Next(20_000))}",
                2 => $"{name}: a\0b",
                3 => $"{name}: \u00e9\u00ff",
                4 => $"{headers[at]}\r\n{headers[at]}",
                5 => $"X-GitHub-Event: {Events[random.Next(Events.Length)]}",
                6 => "Content-Type: text/plain; charset=utf-16",
                7 => "Content-Encoding: gzip",
                _ => "X-Nothing: nothing",
            };
        }

        private byte[] Chunked(byte[] body)
        {
            var text = new MemoryStream();
            for (var at = 0; at < body.Length;)
            {
                var size = Math.Min(random.Next(1, 4000), body.Length - at);
                var said = random.Next(60) switch
                {
                    0 => $"{size + 1:x}", 1 => "-1", 2 => "ffffffffffffffff", 3 => "zz", 4 => $"{size:x};a=\0", _ => $"{size:x}",
                };
                text.Write(Encoding.Latin1.GetBytes(said + "\r\n"));
                text.Write(body.AsSpan(at, size));
                text.Write(random.Next(60) == 0 ? "\n"u8 : "\r\n"u8);
                at += size;
            }

            IsCutOff = true; // a broken chunk may swallow the end
            text.Write(random.Next(6) switch
            {
                0 => "0\r\nX-T: a\0b\r\n\r\n"u8, 1 => "0\r\n"u8, 2 => "0\r\nContent-Length: 5\r\n\r\n"u8, _ => "0\r\n\r\n"u8,
            });
            return text.ToArray();
        }
    }
}
