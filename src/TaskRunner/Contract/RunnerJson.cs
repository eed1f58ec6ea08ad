using System.Text.Json.Serialization;

namespace Pipeline.TaskRunner.Contract;

/// <summary>Generated: the native program has no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowOutOfOrderMetadataProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RedeemTicket))]
[JsonSerializable(typeof(RedeemedTicket))]
[JsonSerializable(typeof(StepReport))]
[JsonSerializable(typeof(LogSize))]
[JsonSerializable(typeof(BuildResult))]
[JsonSerializable(typeof(ListeningPorts))]
[JsonSerializable(typeof(SecurityReport))]
internal sealed partial class RunnerJson : JsonSerializerContext;
