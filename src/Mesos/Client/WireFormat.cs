using System.Net.Http.Headers;
using Google.Protobuf;
using Pipeline.Mesos.Wire;

namespace Pipeline.Mesos.Client;

/// <summary>The two encodings of the v1 API. A master compares media types exactly: no charset.</summary>
internal sealed class WireFormat(bool json)
{
    public string MediaType { get; } = json ? "application/json" : "application/x-protobuf";

    public HttpContent Body(Call call)
    {
        var body = new ByteArrayContent(json ? ProtoJsonWriter.Write(call) : call.ToByteArray());
        body.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        return body;
    }

    /// <exception cref="InvalidDataException">The record is not an event: the connection is dead.</exception>
    public Event Read(ReadOnlyMemory<byte> record)
    {
        if (record.IsEmpty)
            throw new InvalidDataException("The master sent an empty record.");
        try
        {
            return json ? ProtoJsonReader.Read<Event>(record, requireAll: false) : Event.Parser.ParseFrom(record.Span);
        }
        catch (Exception e) when (e is FormatException or InvalidProtocolBufferException or InvalidOperationException)
        {
            // Text that is no UTF-8 is an InvalidOperationException of the JSON reader.
            throw new InvalidDataException("The master sent a record that is no event: " + e.Message, e);
        }
    }
}
