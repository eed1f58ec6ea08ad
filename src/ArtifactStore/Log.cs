using Microsoft.Extensions.Logging;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "Key {Name} ({KeyId}) was made at {Path}")]
    public static partial void KeyMade(this ILogger logger, string name, string keyId, string path);

    [LoggerMessage(3002, LogLevel.Information, "Trust policy version {Version} published at {Path}")]
    public static partial void TrustPublished(this ILogger logger, long version, string path);

    [LoggerMessage(3003, LogLevel.Warning, "The trust policy could not be published at {Path}; tried again in {Seconds} s")]
    public static partial void TrustNotPublished(this ILogger logger, string path, double seconds, Exception exception);

    [LoggerMessage(3004, LogLevel.Warning, "An upload said it was {Expected} and was {Actual}; nothing was kept")]
    public static partial void UploadMismatch(this ILogger logger, Digest expected, Digest actual);

    [LoggerMessage(3005, LogLevel.Information, "Release {Number} of repository {Repository} is {Release} (build {Build})")]
    public static partial void ReleaseMade(this ILogger logger, int number, RepositoryId repository, Digest release, BuildId build);

    [LoggerMessage(3006, LogLevel.Error, "The stored bytes of {Digest} are {Actual}: the store was changed from outside")]
    public static partial void BlobTampered(this ILogger logger, Digest digest, Digest actual);
}
