using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Tests.Monitoring;

public sealed class LoopStatusBoardTests
{
    private static readonly OfferView Held = new("test", "o1", "a1", "h1", "r1", new ResourcesView(1, 2, 3), 4, DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_cluster_that_this_process_does_not_lead_has_no_offers_and_no_loop()
    {
        var board = new LoopStatusBoard();
        Assert.Empty(board.Offers("test"));
        Assert.Empty(board.Declined("test"));
        Assert.Null(board.Loop("test"));
    }

    [Fact]
    public void The_status_of_a_cluster_is_shown_until_its_term_is_over()
    {
        var board = new LoopStatusBoard();
        var loop = new LoopView("test", DateTimeOffset.UnixEpoch, 1, null, null, 1, 2, 3, 4, 5, []);
        board.Put("test", new LoopStatus(() => [Held], () => [], () => loop));
        Assert.Equal(Held, Assert.Single(board.Offers("test")));
        Assert.Same(loop, board.Loop("test"));
        Assert.Empty(board.Offers("other"));

        board.Remove("test");
        Assert.Empty(board.Offers("test"));
        Assert.Null(board.Loop("test"));
    }

    [Fact]
    public void Views_are_made_only_when_somebody_looks()
    {
        var made = 0;
        var board = new LoopStatusBoard();
        board.Put("test", new LoopStatus(() => { made++; return []; }, () => [],
            () => throw new InvalidOperationException("nobody looked")));
        Assert.Equal(0, made);
        board.Offers("test");
        Assert.Equal(1, made);
    }
}
