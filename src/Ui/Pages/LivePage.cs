using Microsoft.AspNetCore.Components;
using Npgsql;
using Pipeline.Kernel.Events;

namespace Pipeline.Ui.Pages;

/// <summary>
/// A page over one model: read when the address changes, and read again when the journal records something about it, at most four times a
/// second. What changes without an event is read again after <see cref="RefreshInterval"/>.
/// What was read while prerendering goes to the circuit, so that nothing is read twice and nothing flickers.
/// </summary>
/// <typeparam name="TModel">An immutable view; a refresh that brings an equal one repaints nothing that differs.</typeparam>
public abstract class LivePage<TModel> : ComponentBase, IDisposable
    where TModel : class
{
    private static readonly TimeSpan BetweenRefreshes = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource closed = new();
    private IDisposable? subscription;
    private ITimer? clock;
    private string? loadedAddress;
    private int isRefreshPending;

    /// <summary>The journal as it grows.</summary>
    [Inject]
    public LiveFeed Feed { get; set; } = default!;

    /// <summary>The clock of the server.</summary>
    [Inject]
    public TimeProvider Time { get; set; } = default!;

    /// <summary>The address of the page.</summary>
    [Inject]
    public NavigationManager Navigation { get; set; } = default!;

    /// <summary>For the log of the page's own type.</summary>
    [Inject]
    public ILoggerFactory Loggers { get; set; } = default!;

    /// <summary>Null in a circuit.</summary>
    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    /// <summary>What is shown; null before the first read.</summary>
    [PersistentState]
    public TModel? Model { get; set; }

    /// <summary>The address was looked up and there is nothing.</summary>
    protected bool IsMissing { get; private set; }

    /// <summary>Since when refreshing fails: what is shown is older. Null when it does not.</summary>
    protected DateTimeOffset? StaleSince { get; private set; }

    /// <summary>How long the model may be shown when no event comes; null: until one does. For what changes without an event.</summary>
    protected virtual TimeSpan? RefreshInterval => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads the model of the current address.</summary>
    /// <returns>Null when there is nothing at the address.</returns>
    protected abstract Task<TModel?> LoadAsync(CancellationToken ct);

    /// <summary>Whether an event may change what this page shows.</summary>
    protected abstract bool IsAbout(JournalEntry entry);

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var address = Navigation.Uri.Split('#')[0];
        if (loadedAddress == address)
            return;
        var isFirst = loadedAddress is null;
        loadedAddress = address;
        if (isFirst && Model is not null)
            return;
        Model = await LoadAsync(closed.Token);
        IsMissing = Model is null;
        if (IsMissing)
            HttpContext.AnswerNotFound();
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender)
            return;
        subscription = Feed.Subscribe(IsAbout, Refresh);
        clock = Time.CreateTimer(_ => Refresh(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // What happened between the prerender and now was not pushed to anyone.
        Refresh();
    }

    /// <summary>Reads again soon; several requests within a quarter of a second are one.</summary>
    protected void Refresh()
    {
        if (Interlocked.Exchange(ref isRefreshPending, 1) == 0)
            _ = InvokeAsync(RefreshSoonAsync);
    }

    /// <summary>Ends the subscription.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        subscription?.Dispose();
        clock?.Dispose();
        closed.Cancel();
        closed.Dispose();
    }

    private async Task RefreshSoonAsync()
    {
        if (closed.IsCancellationRequested)
            return;
        try
        {
            await Task.Delay(BetweenRefreshes, Time, closed.Token);
            Interlocked.Exchange(ref isRefreshPending, 0);
            Model = await LoadAsync(closed.Token) ?? Model;
            IsMissing = Model is null;
            StaleSince = null;
            StateHasChanged();
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            Log.RefreshFailed(Loggers.CreateLogger(GetType()), e);
            StaleSince ??= Time.GetUtcNow();
            StateHasChanged();
        }

        if (!closed.IsCancellationRequested)
            clock?.Change(RefreshInterval ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
