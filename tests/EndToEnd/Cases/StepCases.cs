using System.Globalization;
using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;
using Pipeline.EndToEnd.Harness.Machines;

namespace Pipeline.EndToEnd.Cases;

/// <summary>What scripts do to their shell, their runner, their processes and their output.</summary>
[Collection(CasesCollection.Name)]
public sealed class StepCases(CasesPipeline fixture)
{
    // A module for each. Numbers of sleeps are found again among the processes of the machine.
    private static readonly (string Name, string Run)[] Scripts =
    [
        ("bg-holds-stdout", "sleep 30011 & echo started"),
        ("setsid-daemon", "setsid sh -c 'sleep 30012; :' & echo started"),
        ("double-fork", "nohup setsid bash -c 'while :; do sleep 30013; done' >/dev/null 2>&1 </dev/null & disown; echo ok"),
        ("closes-stdout", "exec >&- 2>&-; sleep 0.2; exit 3"),
        ("kill-parent", "kill -9 $PPID; sleep 0.5; echo survived"),
        ("kill-group", "kill 0; sleep 1"),
        ("self-sigkill", "kill -9 $$"),
        ("self-sigsegv", "kill -SEGV $$"),
        ("trap-term", "trap '' TERM INT HUP; sleep 0.2; echo done-trap"),
        ("pipefail", "false | true; echo not-reached"),
        ("sigpipe", "yes | head -1; echo reached"),
        ("grep-none", "echo a | grep b | wc -l; echo reached"),
        ("read-stdin", "read x || echo eof; cat; echo end"),
        ("zombie", "for i in $(seq 200); do (exit 0) & done; wait; echo waited"),
        ("exit-256", "exit 256"),
        ("exit-255", "exit 255"),
        ("exit-minus", "exit -1"),
        ("unset-path", "unset PATH; echo hi"),
        ("rm-workspace", "cd /; rm -rf \"$PIPELINE_WORKSPACE\"; echo removed"),
        ("rm-sandbox", "rm -rf \"$HOME\" \"$TMPDIR\"; echo removed"),
        ("chmod-ws", "mkdir x; chmod 000 x; echo ok"),
        ("locale", "locale 2>&1 | head -1; printf '\\303\\251' | wc -m"),
        ("heredoc-crlf", "cat <<EOF\r\nhi\r\nEOF\r\necho ok"),
        ("long-line", "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo END"),
        ("no-line-end", "printf 'no newline at end'"),
        ("many-fds", "for i in $(seq 3 500); do eval \"exec $i</dev/null\" || break; done; echo fds $i"),
        ("stderr-order", "for i in 1 2 3; do echo o$i; echo e$i >&2; done"),
        ("exit-75", "exit 75"),
        ("oom", "perl -e '$x = \"a\" x (300 << 20); print length $x'"),
        ("fork-many", "for i in $(seq 400); do sleep 30014 & done; echo forked"),
        ("tty", "tty </dev/null || echo none"),
        ("env-big", "export BIG=$(head -c 200000 /dev/zero | tr '\\0' a); /bin/true; echo rc=$?"),
        ("comment-only", "# nothing"),
        ("exit-trap", "trap 'echo bye' EXIT; exit 4"),
        ("exec", "exec echo replaced"),
        ("infinite-alias", "f() { f; }; f"),
        ("syntax", "if true; then echo a"),
        ("not-found", "no-such-program"),
        ("not-executable", "echo 'echo a' >x; ./x"),
        ("unicode", "echo grün 🦆"),
        ("empty-name", "echo \"$EMPTY|${EMPTY-unset}\""),
        ("umask", "umask; touch f; stat -c %a f"),
        ("stdout-twice", "exec 3>&1; echo a >&3; (echo b >&3) & wait; echo c"),
    ];

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_step_ends_as_its_script_says_in_bounded_time_with_its_whole_log_and_leaves_nothing_behind()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "steps");
        var sha = repository.Commit(new Tree { { ".pipeline.yaml", "modules:\n" + string.Concat(Scripts.Select(Module)) } });
        await repository.PushAsync(("main", sha));

        var build = await repository.BuildAsync(sha);

        var seen = new List<string>();
        foreach (var module in build.GetProperty("modules").EnumerateArray())
            seen.Add($"{module.GetProperty("name").GetString()}: {await OutcomeAsync(repository, build, module)}");
        Outcomes.Are($"{Ends}\n{(pipeline.EnforcesLimits("infra-qa") ? OutOfMemory : Unlimited)}", seen);
        Assert.DoesNotContain(Processes.Commands(), c => c.Contains("3001", StringComparison.Ordinal) && c.Contains("sleep",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_holds_every_byte()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "bytes");
        var all = string.Concat(Enumerable.Range(0, 256).Select(i => $"\\{Convert.ToString(i, 8).PadLeft(3, '0')}"));
        var sha = repository.Commit(new Tree
        {
            {
                ".pipeline.yaml",
                """
                resources: { cpus: 0.05, memory: 64MB }
                steps:
                  - { run: sh ./all.sh }
                  - { run: 'head -c 40000000 /dev/zero | tr "\0" x | fold -w 200; echo; echo END' }
                """
            },
            { "all.sh", $"printf '{all}'; printf '\\033[31mred\\033[0m\\r50%%\\r100%%\\n'" },
        });
        await repository.PushAsync(("main", sha));

        var build = await repository.BuildAsync(sha);

        Assert.Equal("succeeded", build.GetProperty("build").GetProperty("state").GetString());
        var bytes = await repository.LogAsync(build);
        byte[] wanted = [.. Enumerable.Range(0, 256).Select(i => (byte)i), .. "\u001b[31mred\u001b[0m\r50%\r100%\n"u8];
        Assert.Equal(wanted, bytes[^wanted.Length..]);
        var large = await repository.LogAsync(build, step: 1);
        Assert.True(large.AsSpan().EndsWith("x\nEND\n"u8));
        Assert.Equal(40_000_000, large.AsSpan(large.AsSpan().IndexOf((byte)'\n')).Count((byte)'x'));
    }

    private static string Module((string Name, string Run) script) => string.Create(CultureInfo.InvariantCulture, $$"""
          {{script.Name}}:
            timeout: 20s
            resources: { cpus: 0.05, memory: 128MB }
            steps: [{ run: {{JsonSerializer.Serialize(script.Run)}}, env: { EMPTY: '' } }, { name: after, run: echo AFTER }]

        """);

    private static async Task<string> OutcomeAsync(ByteRepository repository, JsonElement build, JsonElement module)
    {
        var name = module.GetProperty("name").GetString()!;
        var log = Raw.Text(await repository.LogAsync(build, name)).Split('\n');
        var shown = string.Join('⏎', log.Where(l => !l.StartsWith('+'))).TrimEnd('⏎');
        var end = string.Join(' ', ((string[])["state", "failureClass", "attempt", "exitCode", "reason"]).Select(n => module.Text(n)));
        return $"{end} | {(shown.Length > 120 ? $"{shown.Length} {shown[^10..]}" : shown)}";
    }

    // As the kernel lets whoever runs the agents have control groups or not.
    private const string OutOfMemory =
        "oom: failed app 1 137 Step 'step-1': out of memory: the kernel ended it at the task's limit of …";
    private const string Unlimited = "oom: succeeded  1   | 314572800";

    private const string Ends = """
        bg-holds-stdout: succeeded  1   | started
        setsid-daemon: succeeded  1   | started
        double-fork: succeeded  1   | ok
        closes-stdout: failed app 1 3 Step 'step-1': exit 3. | pipeline: exit 3
        kill-parent: failed app 1 1 Step 'step-1': exit 1. | /bin/bash: line 1: kill: (1) - Operation not permitted⏎pipeline: exit 1
        kill-group: failed app 1 143 Step 'step-1': exit 143: ended by signal 15. | pipeline: exit 143: ended by signal 15
        self-sigkill: failed app 1 137 Step 'step-1': exit 137: killed (out of memory, or by an operator). | pipeline: exit 137: killed (…
        self-sigsegv: failed app 1 139 Step 'step-1': exit 139: ended by signal 11. | pipeline: exit 139: ended by signal 11
        trap-term: succeeded  1   | done-trap
        pipefail: failed app 1 1 Step 'step-1': exit 1. | pipeline: exit 1
        sigpipe: failed app 1 141 Step 'step-1': exit 141: ended by signal 13. | y⏎pipeline: exit 141: ended by signal 13
        grep-none: failed app 1 1 Step 'step-1': exit 1. | 0⏎pipeline: exit 1
        read-stdin: succeeded  1   | eof⏎end
        zombie: succeeded  1   | waited
        exit-256: succeeded  1   |
        exit-255: failed app 1 255 Step 'step-1': exit 255. | pipeline: exit 255
        exit-minus: failed app 1 255 Step 'step-1': exit 255. | pipeline: exit 255
        unset-path: succeeded  1   | hi
        rm-workspace: failed app 1 1 Step 'step-1': exit 1. | rm: cannot remove '/workspace': Read-only file system⏎pipeline: exit 1
        rm-sandbox: failed app 1 1 Step 'step-1': exit 1. | rm: cannot remove '/home/task': Read-only file system⏎rm: cannot remove '/tmp…
        chmod-ws: succeeded  1   | ok
        locale: succeeded  1   | LANG=C.UTF-8⏎1
        heredoc-crlf: succeeded  1   | hi\u000D⏎ok
        long-line: succeeded  1   | 10000004 xxxxxx⏎END
        no-line-end: succeeded  1   | no newline at end
        many-fds: succeeded  1   | fds 500
        stderr-order: succeeded  1   | o1⏎e1⏎o2⏎e2⏎o3⏎e3
        exit-75: failed infra 3 75 Step 'step-1': exit 75: the step asks for a retry (EX_TEMPFAIL). | pipeline: exit 75: the step asks fo…
        fork-many: succeeded  1   | forked
        tty: succeeded  1   | not a tty⏎none
        env-big: failed app 1 126 Step 'step-1': exit 126: the command could not be executed (not executable, or more arguments and varia…
        comment-only: succeeded  1   |
        exit-trap: failed app 1 4 Step 'step-1': exit 4. | bye⏎pipeline: exit 4
        exec: succeeded  1   | replaced
        infinite-alias: failed app 1 139 Step 'step-1': exit 139: ended by signal 11. | pipeline: exit 139: ended by signal 11
        syntax: failed app 1 2 Step 'step-1': exit 2. | /bin/bash: -c: line 2: syntax error: unexpected end of file⏎pipeline: exit 2
        not-found: failed app 1 127 Step 'step-1': exit 127: the command was not found in this agent's PATH. | /bin/bash: line 1: no-such…
        not-executable: failed app 1 126 Step 'step-1': exit 126: the command could not be executed (not executable, or more arguments an…
        unicode: succeeded  1   | grün 🦆
        empty-name: succeeded  1   | |
        umask: succeeded  1   | 0022⏎644
        stdout-twice: succeeded  1   | a⏎b⏎c
        """;
}
