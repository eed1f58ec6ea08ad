using System.ComponentModel.DataAnnotations;
using Pipeline.Mesos.RecordIo;

namespace Pipeline.Mesos;

/// <summary>Where the masters of one cluster are and how to talk to them.</summary>
public sealed record MesosMasterOptions
{
    /// <summary>Base URLs, <c>http://host:5050</c>. Any one of a group will do: the others are found by redirect.</summary>
    [MinLength(1)]
    public IReadOnlyList<Uri> Masters { get; init; } = [];

    /// <summary>Principal of HTTP Basic authentication; null for a master that requires none.</summary>
    public string? Principal { get; init; }

    /// <summary>Of the principal.</summary>
    public string? Secret { get; init; }

    /// <summary>A PEM file of the certificate authorities to trust; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>JSON is for reading the traffic; protobuf is three to four times smaller.</summary>
    public bool UseJson { get; init; }

    /// <summary>The longest pause between two attempts to subscribe.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call, or the answer to SUBSCRIBE, may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Concurrent calls, each on a connection of its own; 1 sends them strictly one after the other.</summary>
    [Range(1, 64)]
    public int CallConnections { get; init; } = 8;

    /// <summary>A longer record ends the connection: it cannot be a real one.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxRecordBytes { get; init; } = RecordIoReader.DefaultMaxRecordBytes;

    /// <summary>A stream that is silent for so many heartbeat intervals is dead.</summary>
    [Range(2, 100)]
    public int MissedHeartbeats { get; init; } = 5;

    /// <summary>The secret stays out of logs that print the options.</summary>
    public override string ToString() => $"{string.Join(',', Masters)} as {Principal ?? "nobody"}";
}
