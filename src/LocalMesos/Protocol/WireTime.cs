using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Protocol;

/// <summary>Times as the wire has them: nanoseconds in messages, seconds with a fraction in statuses and views.</summary>
internal static class WireTime
{
    public static W.TimeInfo Info(DateTimeOffset time) => new() { Nanoseconds = (time - DateTimeOffset.UnixEpoch).Ticks * 100 };

    public static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    public static TimeSpan Span(W.DurationInfo duration) => TimeSpan.FromTicks(duration.Nanoseconds / 100);
}
