using Google.Protobuf;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Resources;

/// <summary>
/// What distinguishes resources of the same name: reservations and volumes (recorded in 21). Kinds are equal when their wire forms are.
/// </summary>
internal sealed class ResourceKind : IEquatable<ResourceKind>
{
    private readonly W.Resource template;
    private readonly ByteString key;

    private ResourceKind(W.Resource template) => (this.template, key) = (template, template.ToByteString());

    public string Name => template.Name;

    public bool IsPlain => template is { Reservations.Count: 0, Disk: null, Shared: null, Revocable: null };

    /// <summary>The role that it is reserved for; null when it is unreserved.</summary>
    public string? ReservedFor => template.Reservations.Count == 0 ? null : template.Reservations[^1].Role;

    public static ResourceKind Plain(string name) => new(new W.Resource { Name = name, Type = W.Value.Types.Type.Scalar });

    /// <summary>Reads both forms: with <c>role</c> and <c>reservation</c>, or with <c>reservations</c>.</summary>
    public static ResourceKind Of(W.Resource resource)
    {
        var kind = new W.Resource
        {
            Name = resource.Name, Type = W.Value.Types.Type.Scalar, Disk = resource.Disk, Shared = resource.Shared,
            Revocable = resource.Revocable,
        };
        kind.Reservations.Add(resource.Reservations);
        if (resource.Reservations.Count == 0 && resource.HasRole && resource.Role != "*")
            kind.Reservations.Add(OldForm(resource));
        return new ResourceKind(kind);
    }

    public W.Resource ToWire(W.Value.Types.Type type, string? allocatedTo, bool withRole)
    {
        var wire = new W.Resource
        {
            Name = Name, Type = type, Disk = template.Disk, Shared = template.Shared, Revocable = template.Revocable,
        };
        if (!withRole)
            wire.Reservations.Add(template.Reservations);
        else if (template.Reservations.Count == 0)
            wire.Role = "*";
        else
            WriteOldForm(wire, template.Reservations[^1]);
        if (allocatedTo is not null)
            wire.AllocationInfo = new W.Resource.Types.AllocationInfo { Role = allocatedTo };
        return wire;
    }

    public bool Equals(ResourceKind? other) => other is not null && key.Equals(other.key);

    public override bool Equals(object? obj) => Equals(obj as ResourceKind);

    public override int GetHashCode() => key.GetHashCode();

    private static W.Resource.Types.ReservationInfo OldForm(W.Resource resource)
    {
        var reservation = resource.Reservation?.Clone() ?? new W.Resource.Types.ReservationInfo();
        reservation.Type = resource.Reservation is null
            ? W.Resource.Types.ReservationInfo.Types.Type.Static
            : W.Resource.Types.ReservationInfo.Types.Type.Dynamic;
        reservation.Role = resource.Role;
        return reservation;
    }

    private static void WriteOldForm(W.Resource wire, W.Resource.Types.ReservationInfo reservation)
    {
        wire.Role = reservation.Role;
        if (reservation.Type != W.Resource.Types.ReservationInfo.Types.Type.Dynamic)
            return;
        wire.Reservation = reservation.Clone();
        wire.Reservation.ClearType();
        wire.Reservation.ClearRole();
    }
}
