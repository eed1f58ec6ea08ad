namespace Pipeline.LocalMesos.Http;

/// <summary>The two encodings of the v1 API. A master compares them exactly: no parameters.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Protobuf = "application/x-protobuf";
}
