namespace Pipeline.Server.Failures;

/// <summary>Messages of the jobs that failed: 7600–7604.</summary>
internal static partial class Log
{
    [LoggerMessage(7600, LogLevel.Error, "Job {Job} ({Id}) failed; it is tried again at {Next}")]
    public static partial void JobFailed(ILogger logger, string job, string id, DateTimeOffset? next, Exception error);

    [LoggerMessage(7601, LogLevel.Error, "The failure of job {Id} could not be written down; Hangfire tries it again by itself")]
    public static partial void FailureNotRecorded(ILogger logger, string id, Exception error);

    [LoggerMessage(7602, LogLevel.Warning, "What job {Job} is about could not be read")]
    public static partial void ObjectNotRead(ILogger logger, string job, Exception error);

    [LoggerMessage(7603, LogLevel.Warning, "The sweep of jobs that are not done failed; it is repeated")]
    public static partial void SweepFailed(ILogger logger, Exception error);
}
