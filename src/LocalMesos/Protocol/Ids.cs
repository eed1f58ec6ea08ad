using System.Security.Cryptography;
using Google.Protobuf;

namespace Pipeline.LocalMesos.Protocol;

/// <summary>Random ids in the formats of Mesos.</summary>
internal static class Ids
{
    /// <summary>A random UUID, as Mesos makes them for masters, streams and containers.</summary>
    public static string Uuid() => new Guid(Bytes(), bigEndian: true).ToString("D");

    /// <summary>The 16 bytes of a status update that its acknowledgement repeats.</summary>
    public static ByteString UpdateUuid() => ByteString.CopyFrom(Bytes());

    private static byte[] Bytes()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return bytes;
    }
}
