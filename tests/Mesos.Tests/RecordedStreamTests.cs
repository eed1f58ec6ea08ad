using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Mesos.RecordIo;
using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Tests;

/// <summary>The client on a real socket against every stream that a scheduler was recorded with.</summary>
public sealed class RecordedStreamTests
{
    public static TheoryData<string, string> Streams => [.. RecordedStream.All.Select(s => (s.Recording, s.Call))];

    [Fact]
    public void There_are_streams_in_both_formats_and_in_every_recording_of_a_scheduler()
    {
        var all = RecordedStream.All.ToList();

        Assert.True(all.Count(s => !s.IsJson) >= 3);
        Assert.Equal(["23-custom-executor-executor-side"], TestKit.Recording.Names.Except(all.Select(s => s.Recording)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task The_client_hears_what_was_recorded_however_the_bytes_are_cut(string recording, string call)
    {
        var stream = RecordedStream.All.Single(s => (s.Recording, s.Call) == (recording, call));
        var expected = stream.Records.Select(Json).Select(j => InWords.Of(JsonNode.Parse(j)!)).Where(w => w is not null).ToList();
        var seed = Random.Shared.Next();
        await using var fake = new ScriptedMaster { Always = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n" }
            .Then((socket, ct) => SendAsync(socket, stream, new Random(seed), ct));
        await using var client = TestClient.Of(fake, new MesosMasterOptions { UseJson = stream.IsJson });
        await Task.WhenAny(client.Listening, client.ReceivesAsync<Disconnected>());

        var received = client.Events.TakeWhile(e => e is not Disconnected).Select(InWords.Of);
        Assert.True(
            expected.SequenceEqual(received), $"seed {seed}\n{string.Join('\n', expected)}\n--- received\n{string.Join('\n', received)}");

        // A protobuf record is turned into a master's JSON, so that one reading serves both.
        string Json(byte[] record) => stream.IsJson
            ? Encoding.UTF8.GetString(record)
            : Encoding.UTF8.GetString(ProtoJsonWriter.Write(Event.Parser.ParseFrom(record)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_recorded_record_loses_nothing_that_we_know_when_it_is_read_and_written(string recording, string call)
    {
        var stream = RecordedStream.All.Single(s => (s.Recording, s.Call) == (recording, call));
        foreach (var record in stream.Records)
        {
            if (stream.IsJson)
                Assert.Equal(Normal(record), Normal(ProtoJsonWriter.Write(ProtoJsonReader.Read<Event>(record))));
            else
                Assert.Equal(record, Google.Protobuf.MessageExtensions.ToByteArray(Event.Parser.ParseFrom(record)));
        }
    }

    // A real master writes a double's 17 digits where 16 say the same.
    private static string Normal(byte[] json) => Regex.Replace(
        JsonNode.Parse(json)!.ToJsonString(), @"(?<=:)\d+\.\d+",
        number => double.Parse(number.ValueSpan, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture));

    private static async Task SendAsync(Stream socket, RecordedStream stream, Random random, CancellationToken ct)
    {
        var records = new ArrayBufferWriter<byte>();
        foreach (var record in stream.Records)
            RecordIoWriter.Write(records, record);
        await socket.WriteAsync(Encoding.ASCII.GetBytes(stream.Head + "\r\n\r\n"), ct);
        for (var left = records.WrittenMemory; left.Length > 0;)
        {
            // HTTP's chunks are cut anywhere too, and each comes in two pieces.
            var size = Math.Min(left.Length, 1 + (int)Math.Pow(random.NextDouble() * 12, 3));
            var chunk =
                (byte[])[
                    .. Encoding.ASCII.GetBytes(size.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. left[..size].Span, .. "\r\n"u8
                ];
            var cut = random.Next(chunk.Length + 1);
            await socket.WriteAsync(chunk.AsMemory(0, cut), ct);
            await socket.FlushAsync(ct);
            await socket.WriteAsync(chunk.AsMemory(cut), ct);
            left = left[size..];
        }

        await socket.WriteAsync("0\r\n\r\n"u8.ToArray(), ct);
    }
}
