using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Attacks;

/// <summary>
/// The second attacker: a pusher, who writes the steps, the artifact, the definition, the log lines and the names. He knows the server's
/// folders, which is more than he should.
/// </summary>
[Collection(AutomaticCollection.Name)]
public sealed class PusherAttackTests(AutomaticPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    // What the server's own account can do, and a step cannot; it succeeds when the command does.
    private static readonly (string Attempt, string Command)[] OfTheServer =
    [
        ("read the administrator's token", "cat {data}/admin-token"),
        ("read the signing keys", "cat {data}/keys/builder.pem {data}/keys/promoter.pem"),
        ("read the webhook secret", "cat {data}/keys/webhook.secret"),
        ("read the root key", "cat {data}/root/root.pem"),
        ("read the credentials of the cluster", "cat {data}/clusters/production/secret"),
        ("list the data", "ls {data}/keys"),
        ("list the repositories of others", "ls {data}/repositories"),
        ("list the folders of an agent", "ls {data}/clusters/production"),
        ("open the database", OpenDatabase),
        ("see a process of the server", "grep -laz Pipeline.Serve[r] /proc/[0-9]*/cmdline | grep ."),
        ("read variables of other processes", "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -aE '^PIPELINE_DATA'"),
    ];

    private const string OpenDatabase =
        "perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); exit !connect($s, pack_sockaddr_un(\"{socket}\"))'";

    // What nobody without privileges can do.
    private static readonly (string Attempt, string Command)[] OfTheMachine =
    [
        ("reach the system's database", "ls /var/run/postgresql"),
        ("reach the container engine", "ls /var/run/docker.sock"),
        ("read the machine's passwords", "cat /etc/shadow"),
        ("read root's home", "ls /root"),
        ("read the claims of the agents", "ls /run/pipeline/task-users"),
        ("read the ticket of the runner", "tr '\\0' '\\n' </proc/$PPID/environ | grep -a TICKET"),
        ("write a program of the system", "touch /usr/bin/evil"),
        ("write a setting of the system", "touch /etc/evil"),
        ("write to the root", "touch /evil"),
        ("replace the output of the task", "ln -sf {data}/admin-token ../stdout"),
        ("mount", "mount -t tmpfs none /mnt"),
        ("make a device", "mknod /tmp/disk b 8 0"),
        ("become root by a program", "su -c id root </dev/null"),
        ("get the user id 0", "setpriv --reuid=0 true"),
        ("trace the first process", "head -c 1 /proc/1/mem"),
        ("leave by the root of the first process", "ls /proc/1/root/{data}"),
        ("enter the namespaces of the first process", "nsenter -t 1 -a true"),
        ("change the kernel", "echo 1 >/proc/sys/kernel/sysrq"),
        ("read the kernel's log", "dmesg"),
        ("load a module", "modprobe dummy"),
        ("end the runner", "kill -9 1 && sleep 1 && kill -0 1 2>/dev/null && false"),
        ("own the folder of the server", "mkdir -p {data} && ls {data}/admin-token"),
    ];

    [Fact]
    public async Task Nothing_that_a_step_tries_succeeds()
    {
        var script = new StringBuilder("set +e\n");
        foreach (var (attempt, command) in OfTheServer)
        {
            var control = await ChildProcess.RunAsync("sh", ["-c", Filled(command)], TestContext.Current.CancellationToken);
            Assert.True(control.ExitCode == 0, $"not even the server's own account can {attempt}: {control.Error}");
        }

        (string Attempt, string Command)[] all = [.. OfTheServer, .. OfTheMachine];
        foreach (var (attempt, command) in all)
        {
            var line = Filled(command);
            script.Append(CultureInfo.InvariantCulture, $"if ( {line} ) >out.txt 2>&1; then ");
            script.Append(CultureInfo.InvariantCulture, $"echo \"GOT: {attempt}: $(head -c 200 out.txt)\"; ");
            script.Append(CultureInfo.InvariantCulture, $"else echo \"refused: {attempt}\"; fi\n");
        }

        var repository = await pipeline.CreateRepositoryAsync("hostile");
        var sha = await repository.PushAsync("Try everything", Steps(script.ToString()));

        var log = await LogAsync(await repository.BuildBecomesAsync(sha, "succeeded"));

        Assert.DoesNotContain("\nGOT: ", log);
        Assert.All(all, a => Assert.Contains($"\nrefused: {a.Attempt}\n", log));
        Assert.DoesNotContain(pipeline.AdminToken, log);
    }

    public static TheoryData<string, string, string> OfArtifacts => new()
    {
        { "link to the machine's passwords", "mkdir out; ln -s /etc/shadow out/f", "absolute" },
        { "link out of the workspace", "mkdir out; ln -s ../../../../etc/passwd out/f", "leads out" },
        { "artifact that is itself a link", "ln -s /etc/passwd out", "leaves the workspace" },
        { "pipe that is read for ever", "mkfifo out", "neither a file nor a folder" },
        { "pipe in a folder", "mkdir out; mkfifo out/f", "pipe" },
        { "name that is not UTF-8", "mkdir out; : >\"$(printf 'out/\\351')\"", "UTF-8" },
        { "nothing at all", "true", "out" },
    };

    [Theory, MemberData(nameof(OfArtifacts))]
    public async Task What_is_no_proper_artifact_is_not_stored(string attempt, string run, string words)
    {
        var repository = await pipeline.CreateRepositoryAsync("artifact-" + Guid.NewGuid().ToString("N")[..8]);
        var sha = await repository.PushAsync(attempt, Steps(run, "artifacts: [{ name: out, path: out }]"));

        var commit = await repository.BuildBecomesAsync(sha, "failed");

        var build = await pipeline.GetAsync($"/api/v1/builds/{commit.GetProperty("build").GetProperty("id").GetString()}");
        var module = build!.Value.GetProperty("modules")[0];
        Assert.Equal("config", module.GetProperty("failureClass").GetString());
        Assert.Contains(words, module.ToString());
    }

    public static TheoryData<string, string, string> OfDefinitions => new()
    {
        { "ten million values in ten lines", Bomb(), "values" },
        { "an object of a program", "steps: !!python/object/apply:os.system ['id']", "tag" },
        { "a file of the server", "steps: !include /etc/passwd", "tag" },
        { "a route for everybody", Route("/{*all}"), "route" },
        { "a route with a pattern", Route("/a{b}"), "route" },
        { "a route that climbs", Route("/../api"), "route" },
        { "a route of an encoded slash", Route("/a%2fb"), "route" },
        { "a route with a query", Route("/a?b"), "route" },
        { "an artifact outside", "steps: [{ run: a }]\nartifacts: [{ name: a, path: ../../etc }]", "path" },
        { "an absolute artifact", "steps: [{ run: a }]\nartifacts: [{ name: a, path: /etc/passwd }]", "path" },
        { "a variable of the runner", "steps: [{ run: a }]\nenv: { PIPELINE_ISOLATION: none }", "PIPELINE_ISOLATION" },
        { "a variable of the loader's with an equals sign", "steps: [{ run: a }]\nenv: { 'A=B': c }", "A=B" },
        { "more memory than there is", "steps: [{ run: a }]\nresources: { memory: 999999TB }", "memory" },
        { "less than nothing", "steps: [{ run: a }]\nresources: { cpus: -1 }", "cpus" },
        {
            "a stage that is none",
            "steps: [{ run: a }]\nartifacts: [{ name: a, path: a }]\n"
            + "deployables: { w: { artifact: a, run: a, stages: { root: { instances: 1 } } } }", "root"
        },
        { "a key of his own", "steps: [{ run: a, as_root: true }]", "as_root" },
        { "a name that is a path", "modules: { ../../x: { steps: [{ run: a }] } }", "../../x" },
        { "a key twice", "steps: [{ run: a }]\nsteps: [{ run: b }]", "steps" },
        { "a hundred levels", new string('[', 100) + new string(']', 100), "level" },
        { "a zero byte", "steps: [{ run: \"a\\0b\" }]", "NUL" },
    };

    [Theory, MemberData(nameof(OfDefinitions))]
    public async Task A_hostile_definition_is_refused_with_its_place(string attempt, string definition, string words)
    {
        var (_, answer) = await pipeline.PostAsync("/api/v1/definitions/lint", new { content = definition });

        Assert.Contains(words, answer.GetProperty("problems").ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.True(answer.GetProperty("problems")[0].GetProperty("line").GetInt32() > 0, attempt);
    }

    [Fact]
    public async Task What_he_writes_is_text_in_the_browser_of_who_reads_it()
    {
        const string evil = "<img src=x onerror=\"window.owned=1\"><script>window.owned=1</script>";
        var repository = await pipeline.CreateRepositoryAsync("scripted");
        var files = Steps($"echo '{evil}'; printf '\\033]0;owned\\007\\033[2J'; echo '{evil}' >&2; exit 1");
        const string author = "Eve&lt;b onload=owned(1) <eve@example.test>";
        var sha = await repository.PushAsync($"{evil}\n\n{evil}", files, author, pusher: "<i>eve");
        var build = (await repository.BuildBecomesAsync(sha, "failed")).GetProperty("build").GetProperty("id").GetString();
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync();

        string[] addresses = ["/", $"/repos/tests/scripted/commits/{sha}", $"/builds/{build}", "/activity", "/repos/tests/scripted"];
        foreach (var address in addresses)
        {
            await page.GotoAsync(pipeline.Url + address);
            await page.WaitForFunctionAsync("document.body.innerText.includes('onerror') || document.readyState === 'complete'");
            Assert.False(await page.EvaluateAsync<bool>("'owned' in window"), address);
            Assert.Equal(0, await page.Locator("img[src=x]").CountAsync());
        }

        using var log = await pipeline.Http.GetAsync($"/api/v1/builds/{build}/modules/build/steps/0/log");
        Assert.Equal("text/plain", log.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["nosniff"], log.Headers.GetValues("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("$(touch${IFS}owned)")]
    [InlineData(";touch${IFS}owned;")]
    [InlineData("`touch${IFS}owned`")]
    [InlineData("--upload-pack=touch${IFS}owned")]
    [InlineData("'\"><script>")]
    public async Task A_branch_is_a_name_and_no_command(string branch)
    {
        var repository = await pipeline.CreateRepositoryAsync("branch-" + Guid.NewGuid().ToString("N")[..8]);
        var sha = await repository.CommitAsync("Name a branch", Steps("true"));
        await repository.PushHeadAsync(branch: branch);

        await repository.BuildBecomesAsync(sha, "succeeded");

        string[] owned = [pipeline.Data, Environment.CurrentDirectory, "-name", "owned", "-o", "-name", "owned;"];
        Assert.Equal("", (await ChildProcess.RunAsync("find", owned, TestContext.Current.CancellationToken)).Output);
    }

    [Fact]
    public async Task Nothing_that_he_leaves_running_outlives_his_build()
    {
        var left = $"300.{Random.Shared.Next(100_000_000, 999_999_999)}";
        var repository = await pipeline.CreateRepositoryAsync("daemon");
        var daemon = $"setsid sh -c 'setsid sleep {left} & sleep {left}' >/dev/null 2>&1 </dev/null & true";
        var sha = await repository.PushAsync("Stay", Steps(daemon));

        await repository.BuildBecomesAsync(sha, "succeeded");

        await Eventually.IsTrueAsync(
            () => Task.FromResult(!RunningCommands().Any(c => c.Contains(left, StringComparison.Ordinal))), TimeSpan.FromSeconds(10),
            "nothing of the build runs any more");
    }

    private string Filled(string command) => command.Replace("{data}", pipeline.Data, StringComparison.Ordinal)
        .Replace("{socket}", pipeline.DatabaseSocket, StringComparison.Ordinal);

    private static IEnumerable<string> RunningCommands()
    {
        foreach (var process in Directory.GetDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
        {
            var command = "";
            try
            {
                command = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }

            yield return command;
        }
    }

    private static string Route(string route) =>
        $"steps: [{{ run: a }}]\nartifacts: [{{ name: a, path: a }}]\ndeployables: {{ w: {{ artifact: a, run: a, route: '{route}' }} }}";

    private static string Bomb()
    {
        var bomb = new StringBuilder("x-0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
        for (var i = 1; i < 8; i++)
            bomb.Append(CultureInfo.InvariantCulture, $"x-{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        return bomb + "steps: *a7\n";
    }

    private static Dictionary<string, string> Steps(string script, string more = "") => new()
    {
        [".pipeline.yaml"] = $"resources: {{ cpus: 0.1, memory: 64MB }}\nsteps: [{{ name: try, run: sh ./try.sh }}]\n{more}\n",
        ["try.sh"] = script,
    };

    private async Task<string> LogAsync(JsonElement commit)
    {
        var build = commit.GetProperty("build").GetProperty("id").GetString();
        return await pipeline.Http.GetStringAsync($"/api/v1/builds/{build}/modules/build/steps/0/log");
    }
}
