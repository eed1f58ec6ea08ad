using Microsoft.Extensions.DependencyInjection;
using Pipeline.Kernel.Events;

namespace Pipeline.Kernel.Tests;

public sealed class EventKindsTests
{
    private static readonly EventKinds Kinds = new(
        [.. KernelEventKinds.All, EventKind.Of<ParcelOpened>("parcel.opened"), EventKind.Of<Emptied>("room.emptied")]);

    [Fact]
    public void A_payload_holds_the_kind_and_the_members()
    {
        var payload = Kinds.PayloadOf(new ParcelOpened(Digest.Of([1]), 3, null, Outcome.Succeeded));

        Assert.Equal($$"""{"kind":"parcel.opened","key":"{{Digest.Of([1])}}","count":3,"by":null,"outcome":"succeeded"}""", payload);
    }

    [Fact]
    public void An_event_without_members_is_its_kind_alone() =>
        Assert.Equal("""{"kind":"room.emptied"}""", Kinds.PayloadOf(new Emptied()));

    [Fact]
    public void What_was_written_is_read_back_whatever_the_order_of_its_members()
    {
        var opened = new ParcelOpened(Digest.Of([1]), 3, "eleni", Outcome.Failed);
        var reordered = $$"""{"outcome":"failed","by":"eleni","kind":"parcel.opened","key":"{{Digest.Of([1])}}","count":3}""";

        Assert.Equal(opened, Kinds.Read("parcel.opened", Kinds.PayloadOf(opened)));
        Assert.Equal(opened, Kinds.Read("parcel.opened", reordered)); // jsonb keeps no order
    }

    [Fact]
    public void A_kind_of_a_newer_server_is_read_as_unknown_and_goes_out_as_it_came()
    {
        const string Stored = """{"kind":"parcel.painted","colour":{"name":"green"}}""";

        var unknown = Assert.IsType<UnknownEvent>(Kinds.Read("parcel.painted", Stored));

        Assert.Equal("parcel.painted", unknown.Kind);
        Assert.Equal("green", unknown.Payload.GetProperty("colour").GetProperty("name").GetString());
        Assert.Equal("parcel.painted", Kinds.NameOf(unknown));
        Assert.Equal(Stored, Kinds.PayloadOf(unknown));
    }

    [Theory]
    [InlineData("""{"kind":"parcel.opened","key":"not a digest","count":3,"outcome":"failed"}""")]
    [InlineData("""{"kind":"parcel.opened","count":"three"}""")]
    [InlineData("""{"kind":"parcel.opened","outcome":"a-word-of-later"}""")]
    [InlineData("""{"kind":"parcel.opened","count":3,"by":null,"outcome":"failed"}""")] // no key
    [InlineData("""[1]""")]
    [InlineData("null")]
    [InlineData("\"parcel.opened\"")]
    public void A_known_kind_that_cannot_be_read_stops_nobody(string stored) =>
        Assert.Equal("parcel.opened", Assert.IsType<UnknownEvent>(Kinds.Read("parcel.opened", stored)).Kind);

    [Fact]
    public void A_member_that_a_newer_server_added_is_ignored()
    {
        var read = Kinds.Read("parcel.opened", $$"""{"kind":"parcel.opened","key":"{{Digest.Of([1])}}","count":1,"by":null,"outcome":"succeeded","since":"noon"}""");

        Assert.Equal(new ParcelOpened(Digest.Of([1]), 1, null, Outcome.Succeeded), read);
    }

    [Fact]
    public void An_event_that_no_slice_registered_is_a_bug() =>
        Assert.Throws<InvariantViolatedException>(() => Kinds.NameOf(new NeverRegistered()));

    [Fact]
    public void Two_types_under_one_name_and_one_type_under_two_names_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new EventKinds([EventKind.Of<ParcelOpened>("x"), EventKind.Of<Emptied>("x")]));
        Assert.Throws<ArgumentException>(() => new EventKinds([EventKind.Of<ParcelOpened>("x"), EventKind.Of<ParcelOpened>("y")]));
    }

    [Fact]
    public void The_kinds_of_all_slices_are_found_by_the_container_also_when_a_slice_is_added_twice()
    {
        var services = new ServiceCollection();
        services.AddEventKinds(KernelEventKinds.All).AddEventKinds(EventKind.Of<Emptied>("room.emptied")).AddEventKinds(
            KernelEventKinds.All);
        services.AddSingleton<EventKinds>();

        using var provider = services.BuildServiceProvider();

        Assert.Equal(["action.recorded", "room.emptied", "security.raised"], provider.GetRequiredService<EventKinds>().Names.Order());
    }

    [Fact]
    public void Payloads_of_the_kernel_are_pinned()
    {
        Assert.Equal(
            """{"kind":"action.recorded","action":"token.created","target":"eleni","message":null}""",
            Kinds.PayloadOf(new ActionRecorded("token.created", "eleni", null)));
        Assert.Equal(
            $$"""{"kind":"security.raised","artifact":"{{Digest.Of([1])}}","release":null,"cluster":"production","taskId":"t","code":"digest-mismatch","detail":"d"}""",
            Kinds.PayloadOf(new SecurityEventRaised(Digest.Of([1]), null, "production", "t", "digest-mismatch", "d")));
    }

    private sealed record ParcelOpened(Digest Key, int Count, string? By, Outcome Outcome) : JournalEvent;

    private sealed record Emptied : JournalEvent;

    private sealed record NeverRegistered : JournalEvent;
}
