using CsCheck;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Tests.Harness;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Resources;

/// <summary>The arithmetic that offers, launches and agents are accounted with.</summary>
public sealed class ResourceSetTests
{
    private static readonly Gen<ResourceSet> Sets = Gen.Select(
        Gen.Int[0, 8000], Gen.Int[0, 8000], Gen.Int[0, 3], Gen.Int[0, 20], Gen.Int[0, 5],
        (cpus, memory, reserved, port, ports) =>
        {
            var resources = new List<W.Resource> { Wire.Scalar("cpus", cpus / 1000d), Wire.Scalar("mem", memory / 1000d) };
            if (reserved > 0)
                resources.Add(Wire.Scalar("cpus", reserved).Reserved("web"));
            if (ports > 0)
                resources.Add(Wire.Ports(((ulong)port, (ulong)(port + ports))));
            return ResourceSet.FromWire(resources);
        });

    [Fact]
    public void What_is_taken_and_given_back_is_the_same() => Gen.Select(Sets, Sets).Sample((a, b) =>
    {
        var whole = a.Plus(b);
        Assert.True(Same(whole, whole.Minus(b).Plus(b)), $"{a} | {b}");
    });

    [Fact]
    public void A_sum_contains_its_parts() => Gen.Select(Sets, Sets).Sample((a, b) =>
    {
        Assert.True(a.Plus(b).Contains(a));
        Assert.True(a.Plus(b).Contains(b));
    });

    [Fact]
    public void Addition_does_not_depend_on_the_order() =>
        Gen.Select(Sets, Sets).Sample((a, b) => Assert.True(Same(a.Plus(b), b.Plus(a))));

    [Fact]
    public void Nothing_is_left_of_a_set_without_itself() => Sets.Sample(a => Assert.True(a.Minus(a).IsEmpty));

    [Fact]
    public void The_wire_form_reads_back_as_the_same_set() => Sets.Sample(a =>
    {
        Assert.True(Same(a, ResourceSet.FromWire(a.ToWire("web", withRole: false))), a.ToString());
        Assert.True(Same(a, ResourceSet.FromWire(a.ToWire(null, withRole: true))), a.ToString());
    });

    [Fact]
    public void A_thousandth_more_is_not_contained()
    {
        var set = ResourceSet.Parse("cpus:1.5;mem:64");
        Assert.True(set.Contains(ResourceSet.Parse("cpus:1.5;mem:64")));
        Assert.False(set.Contains(ResourceSet.Parse("cpus:1.501;mem:64")));
        Assert.False(set.Contains(ResourceSet.Parse("disk:1")));
    }

    [Fact]
    public void A_port_that_is_taken_is_not_contained_any_more()
    {
        var rest = ResourceSet.Ports(31000, 31009).Minus(ResourceSet.Ports(31004, 31004));
        Assert.False(rest.Contains(ResourceSet.Ports(31003, 31005)));
        Assert.True(rest.Contains(ResourceSet.Ports(31005, 31009)));
        Assert.Equal("ports(allocated: *):[31000-31003, 31005-31009]", rest.ToString());
    }

    [Fact]
    public void A_role_gets_what_is_unreserved_or_reserved_for_it_or_an_ancestor()
    {
        var set = ResourceSet.FromWire(
        [
            Wire.Scalar("cpus", 1), Wire.Scalar("cpus", 2).Reserved("web"), Wire.Scalar("cpus", 4).Reserved("web/shop"),
            Wire.Scalar("cpus", 8).Reserved("webshop"),
        ]);
        Assert.Equal(1000, set.For("other").Cpus);
        Assert.Equal(3000, set.For("web").Cpus);
        Assert.Equal(7000, set.For("web/shop").Cpus);
        Assert.Equal(9000, set.For("webshop").Cpus);
    }

    [Fact]
    public void The_old_form_of_a_reservation_is_the_same_kind_as_the_new_one()
    {
        var old = Wire.Scalar("cpus", 1);
        (old.Role, old.Reservation) = ("web", new W.Resource.Types.ReservationInfo());
        var set = ResourceSet.FromWire([old, Wire.Scalar("cpus", 2).Reserved("web")]);
        var only = Assert.Single(set.ToWire(null, withRole: false));
        Assert.Equal((3d, "web"), (only.Scalar.Value, Assert.Single(only.Reservations).Role));
    }

    [Fact]
    public void A_static_reservation_has_a_role_and_no_reservation_in_the_old_form()
    {
        var reserved = Wire.Scalar("cpus", 1);
        reserved.Role = "web";
        var wire = Assert.Single(ResourceSet.FromWire([reserved]).ToWire(null, withRole: true));
        Assert.Equal(("web", null), (wire.Role, wire.Reservation));
    }

    [Fact]
    public void Ports_come_first_and_reserved_scalars_before_others()
    {
        var set = ResourceSet.FromWire([Wire.Scalar("cpus", 1), Wire.Scalar("mem", 2).Reserved("web"), Wire.Ports((1, 2))]);
        Assert.Equal(["ports", "mem", "cpus"], set.ToWire("web").Select(r => r.Name));
        Assert.All(set.ToWire("web"), r => Assert.Equal("web", r.AllocationInfo.Role));
        Assert.All(set.ToWire(null), r => Assert.Null(r.AllocationInfo));
    }

    [Fact]
    public void Negative_amounts_are_found()
    {
        Assert.Equal(("cpus", -1000L), ResourceSet.FromWire([Wire.Scalar("mem", 1), Wire.Scalar("cpus", -1)]).Negative);
        Assert.Null(ResourceSet.Parse("cpus:1").Negative);
    }

    [Theory]
    [InlineData("cpus:0.1;mem:32;ports:[1-2,4-4]", "ports(allocated: *):[1-2, 4-4]; cpus(allocated: *):0.1; mem(allocated: *):32")]
    [InlineData(" cpus:8 ; ", "cpus(allocated: *):8")]
    [InlineData("", "")]
    public void The_flag_is_read(string text, string shown) => Assert.Equal(shown, ResourceSet.Parse(text).ToString());

    [Theory]
    [InlineData("cpus", "'cpus' is neither name:number nor name:[from-to]")]
    [InlineData("cpus:many", "'cpus:many' is neither")]
    [InlineData("cpus:-1", "'cpus:-1' is neither")]
    [InlineData("ports:[9-1]", "'9-1' is not a range such as 31000-31099")]
    [InlineData("ports:[1]", "'1' is not a range")]
    public void A_bad_part_of_the_flag_is_named(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ResourceSet.Parse(text)).Message, StringComparison.Ordinal);

    private static bool Same(ResourceSet a, ResourceSet b) => a.Contains(b) && b.Contains(a);
}
