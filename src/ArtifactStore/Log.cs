using Microsoft.Extensions.Logging;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "Key {Name} ({KeyId}) was made at {Path}")]
    public static partial void KeyMade(this ILogger logger, string name, string keyId, string path);

    [LoggerMessage(3002, LogLevel.Information, "Trust policy version {Version} published")]
    public static partial void TrustPublished(this ILogger logger, long version);

    [LoggerMessage(3003, LogLevel.Warning, "The trust policy could not be published: {Reason} Tried again in {Seconds} s")]
    public static partial void TrustNotPublished(this ILogger logger, string reason, double seconds);

    [LoggerMessage(3007, LogLevel.Warning, "Trust policy version {Version} ends at {Expires}: run the command keys renew before")]
    public static partial void TrustEnds(this ILogger logger, long version, DateTimeOffset expires);

    [LoggerMessage(3008, LogLevel.Warning, "The root key now lies at {Path}. The server does not read it any more: keep it elsewhere")]
    public static partial void RootMoved(this ILogger logger, string path);

    [LoggerMessage(3004, LogLevel.Warning, "An upload said it was {Expected} and was {Actual}; nothing was kept")]
    public static partial void UploadMismatch(this ILogger logger, Digest expected, Digest actual);

    [LoggerMessage(3005, LogLevel.Information, "Release {Number} of repository {Repository} is {Release} (build {Build})")]
    public static partial void ReleaseMade(this ILogger logger, int number, RepositoryId repository, Digest release, BuildId build);

    [LoggerMessage(3006, LogLevel.Error, "The stored bytes of {Digest} are {Actual}: the store was changed from outside")]
    public static partial void BlobTampered(this ILogger logger, Digest digest, Digest actual);

    [LoggerMessage(3009, LogLevel.Warning, "That a release was altered could not be recorded; tried again in {Seconds} s")]
    public static partial void AlterationNotRecorded(this ILogger logger, double seconds, Exception exception);

    [LoggerMessage(3010, LogLevel.Error, "The disk of the store at {Path} is full: the upload of {Digest} was refused")]
    public static partial void DiskFull(this ILogger logger, string path, Digest digest, Exception exception);
}
