using Microsoft.AspNetCore.Components;
using Npgsql;
using Pipeline.Kernel.Events;

namespace Pipeline.Ui;

/// <summary>
/// A page over one model: read when the address changes, read again when the journal says something about it, at most four times a second.
/// What changes without a word in the journal is read again by the clock.
/// What was read while prerendering goes to the circuit, so that nothing is read twice and nothing flickers.
/// </summary>
/// <typeparam name="TModel">An immutable view; a refresh that brings an equal one repaints nothing that differs.</typeparam>
public abstract class LivePage<TModel> : ComponentBase, IDisposable
    where TModel : class
{
    private static readonly TimeSpan BetweenRepaints = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource left = new();
    private IDisposable? subscription;
    private ITimer? clock;
    private string? loadedAddress;
    private int wanted;

    [Inject]
    public LiveFeed Feed { get; set; } = default!;

    [Inject]
    public TimeProvider Time { get; set; } = default!;

    [Inject]
    public NavigationManager Navigation { get; set; } = default!;

    [Inject]
    public ILoggerFactory Loggers { get; set; } = default!;

    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    [PersistentState]
    public TModel? Model { get; set; }

    /// <summary>The address was looked up and names nothing.</summary>
    protected bool IsMissing { get; private set; }

    /// <summary>When the last refresh failed: what is shown is from then.</summary>
    protected DateTimeOffset? StaleSince { get; private set; }

    protected DateTimeOffset Now => Time.GetUtcNow();

    protected CancellationToken Left => left.Token;

    /// <returns>Null when the address names nothing.</returns>
    protected abstract Task<TModel?> LoadAsync(CancellationToken ct);

    /// <summary>Whether an entry may change what this page shows.</summary>
    protected abstract bool IsAbout(JournalEntry entry);

    /// <summary>How long the shown model may be believed when no entry comes; null: until one does. For what changes without one.</summary>
    protected virtual TimeSpan? ReadAgainAfter => null;

    protected override async Task OnParametersSetAsync()
    {
        var address = Navigation.Uri.Split('#')[0];
        if (loadedAddress == address)
            return;
        var isFirst = loadedAddress is null;
        loadedAddress = address;
        if (isFirst && Model is not null)
            return;
        Model = await LoadAsync(left.Token);
        IsMissing = Model is null;
        if (IsMissing)
            HttpContext.AnswerNotFound();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender)
            return;
        subscription = Feed.Subscribe(IsAbout, Refresh);
        clock = Time.CreateTimer(_ => Refresh(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // What happened between the prerender and now was not pushed to anyone.
        Refresh();
    }

    /// <summary>Reads again soon; many wishes within a quarter of a second are one.</summary>
    protected void Refresh()
    {
        if (Interlocked.Exchange(ref wanted, 1) == 0)
            _ = InvokeAsync(RefreshSoonAsync);
    }

    private async Task RefreshSoonAsync()
    {
        if (left.IsCancellationRequested)
            return;
        try
        {
            await Task.Delay(BetweenRepaints, Time, left.Token);
            Interlocked.Exchange(ref wanted, 0);
            Model = await LoadAsync(left.Token) ?? Model;
            IsMissing = Model is null;
            StaleSince = null;
            StateHasChanged();
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            Log.RefreshFailed(Loggers.CreateLogger(GetType()), e);
            StaleSince ??= Now;
            StateHasChanged();
        }

        if (!left.IsCancellationRequested)
            clock?.Change(ReadAgainAfter ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        subscription?.Dispose();
        clock?.Dispose();
        left.Cancel();
        left.Dispose();
    }
}
