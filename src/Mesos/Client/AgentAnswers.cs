using System.Text.Json.Serialization;

namespace Pipeline.Mesos.Client;

/// <summary>An agent's answer to GET_CONTAINERS, as far as it is read.</summary>
internal sealed record AgentContainersAnswer([property: JsonPropertyName("get_containers")] AgentContainerList? Containers);

internal sealed record AgentContainerList([property: JsonPropertyName("containers")] List<AgentContainer>? List);

internal sealed record AgentId([property: JsonPropertyName("value")] string Value);

internal sealed record AgentContainer(
    [property: JsonPropertyName("framework_id")] AgentId? Framework, [property: JsonPropertyName("executor_id")] AgentId? Executor,
    [property: JsonPropertyName("resource_statistics")] AgentStatistics? Used)
{
    public ContainerUsage ToUsage() => new(
        Framework!.Value, Executor!.Value, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(Used!.Timestamp), Used.UserSeconds,
        Used.SystemSeconds, Used.CpuHardLimit ?? Used.CpuSoftLimit, Used.MemoryBytes, Used.MemoryLimit, Used.DiskBytes, Used.DiskLimit);
}

internal sealed record AgentStatistics(
    [property: JsonPropertyName("timestamp")] double Timestamp,
    [property: JsonPropertyName("cpus_user_time_secs")] double? UserSeconds,
    [property: JsonPropertyName("cpus_system_time_secs")] double? SystemSeconds,
    [property: JsonPropertyName("cpus_limit")] double? CpuHardLimit,
    [property: JsonPropertyName("cpus_soft_limit")] double? CpuSoftLimit,
    [property: JsonPropertyName("mem_rss_bytes")] long? MemoryBytes,
    [property: JsonPropertyName("mem_limit_bytes")] long? MemoryLimit,
    [property: JsonPropertyName("disk_used_bytes")] long? DiskBytes,
    [property: JsonPropertyName("disk_limit_bytes")] long? DiskLimit);

/// <summary>An entry of /files/browse.</summary>
internal sealed record AgentFile(
    [property: JsonPropertyName("path")] string Path, [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("mode")] string Mode, [property: JsonPropertyName("mtime")] double Mtime);
