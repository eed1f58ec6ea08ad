using Microsoft.Playwright;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Repositories;

namespace Pipeline.EndToEnd;

/// <summary>
/// A page of a deployed application in the browser of a signed-in administrator. It is on the same host, so the browser sends the session's
/// cookie along with whatever it asks of the server.
/// </summary>
[Collection(AutomaticCollection.Name)]
public sealed class OriginTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_page_of_an_application_can_neither_act_nor_read_as_the_administrator_who_opens_it()
    {
        var repository = await pipeline.CreateRepositoryAsync("trap");
        var sha = await repository.PushAsync("Set a trap", WebSample.Files("trap", "v1"));
        await repository.ReachesAsync(sha, "production", "running", "succeeded");
        await pipeline.ServesAsync("/apps/production/trap/", "trap v1 in production\n");
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync();
        await SignInAsync(page);
        var tokens = await TokensAsync();

        await page.GotoAsync($"{pipeline.TrafficUrl}/apps/production/trap/");

        Assert.Equal(pipeline.TrafficUrl, await page.EvaluateAsync<string>("location.origin"));
        Assert.DoesNotContain("pipeline=", await page.EvaluateAsync<string>("document.cookie"), StringComparison.Ordinal);
        foreach (var attempt in Attempts)
            Assert.Equal((attempt, "refused"), (attempt, await page.EvaluateAsync<string>(attempt, pipeline.Url)));
        await page.EvaluateAsync(Frame, pipeline.Url);
        Assert.Equal(["chrome-error://chromewebdata/"], page.Frames.Skip(1).Select(f => f.Url));
        Assert.Equal(403, await PostFormAsync(page));
        Assert.Equal(tokens, await TokensAsync());

        // The session is as it was: the administrator's own page can do all of this.
        await page.GotoAsync(pipeline.Url);
        Assert.Equal(201, await page.EvaluateAsync<int>(CreateToken, pipeline.Url));
        await page.Locator(".person").WaitForAsync();
    }

    private const string CreateToken = """
        async url => (await fetch(`${url}/api/v1/tokens`, { method: 'POST', credentials: 'include',
          headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'trapped' }) })).status
        """;

    // What a browser refuses to frame becomes a page of its own that says so.
    private const string Frame = """
        url => new Promise(done => { const frame = document.createElement('iframe'); frame.src = `${url}/hooks`; frame.onload = done;
          document.body.append(frame); })
        """;

    // Each ends in 'refused', or in what it got.
    private static readonly string[] Attempts =
    [
        // A simple request: the browser sends it without asking, and only its answer is kept from the page.
        """
        async url => { try { const r = await fetch(`${url}/api/v1/tokens`, { method: 'POST', credentials: 'include',
          headers: { 'Content-Type': 'text/plain' }, body: '{"login":"trapped"}' });
          return `read ${r.status}`; } catch { return 'refused'; } }
        """,
        """
        async url => { try { const r = await fetch(`${url}/api/v1/tokens`, { method: 'POST', credentials: 'include',
          headers: { 'Content-Type': 'application/json' }, body: '{"login":"trapped"}' });
          return `read ${r.status}`; } catch { return 'refused'; } }
        """,
        """
        async url => { try { const r = await fetch(`${url}/api/v1/tokens`, { credentials: 'include' }); return await r.text(); }
          catch { return 'refused'; } }
        """,
        """
        async url => { try { const r = await fetch(`${url}/hooks`, { credentials: 'include' }); return await r.text(); }
          catch { return 'refused'; } }
        """,
        """
        async url => { try { const r = await fetch(`${url}/_blazor/negotiate?negotiateVersion=1`,
          { method: 'POST', credentials: 'include' });
          return await r.text(); } catch { return 'refused'; } }
        """,
        """
        url => new Promise(done => { const socket = new WebSocket(`${url.replace('http', 'ws')}/_blazor`);
          socket.onopen = () => done('opened'); socket.onerror = () => done('refused'); })
        """,
        """
        url => new Promise(done => { const source = new EventSource(`${url}/api/v1/events`, { withCredentials: true });
          source.onmessage = e => done(e.data); source.onerror = () => { source.close(); done('refused'); }; })
        """,
        """
        url => new Promise(done => { const image = new Image(); image.onload = () => done('loaded'); image.onerror = () => done('refused');
          image.src = `${url}/favicon.svg`; })
        """,
        """
        async url => { document.cookie = 'pipeline=planted; path=/'; document.cookie = 'pipeline=planted; path=/api'; return 'refused'; }
        """,
    ];

    // A form needs no permission to be sent, and its answer becomes the page.
    private async Task<int> PostFormAsync(IPage page)
    {
        var answered = page.WaitForResponseAsync(r => r.Url.StartsWith($"{pipeline.Url}/api/v1/tokens", StringComparison.Ordinal));
        await page.EvaluateAsync(
            """
            url => { const form = document.createElement('form'); form.method = 'post'; form.enctype = 'text/plain';
              form.action = `${url}/api/v1/tokens`;
              const field = document.createElement('input'); field.name = '{"login":"trapped","x":"';
              field.value = '"}'; form.append(field);
              document.body.append(form); form.submit(); }
            """, pipeline.Url);
        var status = (await answered).Status;
        await page.WaitForURLAsync($"{pipeline.Url}/api/v1/tokens");
        return status;
    }

    private async Task<IReadOnlyList<string>> TokensAsync()
    {
        var all = await pipeline.GetAsync("/api/v1/tokens");
        return [.. all!.Value.EnumerateArray().Select(t => t.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];
    }

    private async Task SignInAsync(IPage page)
    {
        await page.GotoAsync($"{pipeline.Url}/sign-in");
        await page.Locator("input[name=token]").FillAsync(pipeline.AdminToken);
        await page.Locator("form button[type=submit]").First.ClickAsync();
        await page.WaitForURLAsync($"{pipeline.Url}/");
    }
}
