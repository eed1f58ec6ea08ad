using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;
using CallType = Pipeline.Mesos.Wire.Call.Types.Type;
using EventType = Pipeline.Mesos.Wire.Event.Types.Type;
using Operation = Pipeline.Mesos.Wire.Offer.Types.Operation;

namespace Pipeline.LocalMesos.Tests.Master;

/// <summary>RESERVE, UNRESERVE, CREATE and DESTROY of an accepted offer.</summary>
public sealed class OperationsTests : IDisposable
{
    private readonly MasterHarness harness = new();
    private readonly FrameworkClient framework;

    public OperationsTests() => framework = harness.Subscribe();

    private List<W.OperationStatus> Statuses =>
        [.. framework.All(EventType.UpdateOperationStatus).Select(e => e.UpdateOperationStatus.Status)];

    [Fact]
    public void Reserved_resources_are_offered_to_their_role_only()
    {
        Reserve(1, "op");
        framework.Disconnect();
        var other = harness.Subscribe("other");

        Assert.Equal(W.OperationState.OperationFinished, Assert.Single(Statuses).State);
        Assert.Equal(3, Wire.Amount(other.Offers()[^1].Resources, "cpus"));
        Assert.Equal(4000, harness.Agent.Total.Cpus);
    }

    [Fact]
    public void Unreserved_again_they_are_for_all()
    {
        Reserve(1, null);
        harness.Cycle();
        var reserved = Wire.Scalar("cpus", 1).Reserved("web");
        framework.Accept([framework.Offers()[^1]], new Operation
        {
            Type = Operation.Types.Type.Unreserve, Unreserve = new Operation.Types.Unreserve { Resources = { reserved } },
        });
        framework.Disconnect();

        Assert.Equal(4, Wire.Amount(harness.Subscribe("other").Offers()[^1].Resources, "cpus"));
    }

    [Fact]
    public void More_than_the_offer_has_is_an_error_that_changes_nothing()
    {
        Reserve(5, "op");
        var status = Assert.Single(Statuses);

        Assert.Equal(W.OperationState.OperationError, status.State);
        Assert.StartsWith(
            "cpus(allocated: web):5 is not contained in the offered resources; on agent ", status.Message, StringComparison.Ordinal);
        Assert.Equal(4000, harness.Agent.Free.For("other").Cpus);
    }

    [Fact]
    public void A_reservation_for_another_role_is_an_error()
    {
        framework.Accept([framework.Offers()[0]], ReserveOperation(Wire.Scalar("cpus", 1).Reserved("batch"), "op"));

        Assert.StartsWith(
            "A reserve operation was attempted for a resource with role 'batch', but the resource was allocated to role 'web'",
            Assert.Single(Statuses).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_without_an_id_is_silent()
    {
        Reserve(1, null);
        Assert.Empty(Statuses);
        Assert.Equal(3000, harness.Agent.Free.For("other").Cpus);
    }

    [Fact]
    public void Reconciliation_repeats_the_latest_status_until_it_is_acknowledged()
    {
        Reserve(1, "op");
        ReconcileOperations("op", "ghost");
        Assert.Equal(
            [(W.OperationState.OperationFinished, "Reconciliation: Latest operation status"),
             (W.OperationState.OperationUnknown, "Reconciliation: Operation is unknown")],
            Statuses.Skip(1).Select(s => (s.State, s.Message)));
        framework.Call(CallType.AcknowledgeOperationStatus, c => c.AcknowledgeOperationStatus =
            new W.Call.Types.AcknowledgeOperationStatus { OperationId = new W.OperationID { Value = "op" } });
        ReconcileOperations("op");

        Assert.Equal(W.OperationState.OperationUnknown, Statuses[^1].State);
    }

    [Fact]
    public void A_volume_takes_plain_disk_and_is_offered_as_one()
    {
        var disk = Wire.Scalar("disk", 100).Reserved("web");
        framework.Accept([framework.Offers()[0]], ReserveOperation(disk, null), Create(disk));
        harness.Cycle();
        var volume = Assert.Single(framework.Offers()[^1].Resources, r => r.Disk is not null);

        Assert.Equal((100d, "v1"), (volume.Scalar.Value, volume.Disk.Persistence.Id));
        Assert.Equal(8192, Wire.Amount(framework.Offers()[^1].Resources, "disk"));
    }

    public void Dispose() => harness.Dispose();

    private void Reserve(double cpus, string? id) =>
        framework.Accept([framework.Offers()[0]], ReserveOperation(Wire.Scalar("cpus", cpus).Reserved("web"), id));

    private static Operation ReserveOperation(W.Resource resource, string? id) => new()
    {
        Type = Operation.Types.Type.Reserve, Id = id is null ? null : new W.OperationID { Value = id },
        Reserve = new Operation.Types.Reserve { Resources = { resource } },
    };

    private static Operation Create(W.Resource disk)
    {
        var volume = disk.Clone();
        volume.Disk = new W.Resource.Types.DiskInfo
        {
            Persistence = new W.Resource.Types.DiskInfo.Types.Persistence { Id = "v1" },
            Volume = new W.Volume { ContainerPath = "data", Mode = W.Volume.Types.Mode.Rw },
        };
        return new Operation { Type = Operation.Types.Type.Create, Create = new Operation.Types.Create { Volumes = { volume } } };
    }

    private void ReconcileOperations(params string[] ids) => framework.Call(CallType.ReconcileOperations, c =>
        c.ReconcileOperations = new W.Call.Types.ReconcileOperations
        {
            Operations =
            {
                ids.Select(id => new W.Call.Types.ReconcileOperations.Types.Operation { OperationId = new W.OperationID { Value = id } }),
            },
        });
}
