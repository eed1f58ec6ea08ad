namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>A small service in Perl that behaves as its variable MODE says, and answers with its variables.</summary>
public static class CaseApp
{
    private const string Program = """
        use strict;
        use IO::Socket::INET;
        $SIG{TERM} = sub { exit 0 };
        my $mode = $ENV{MODE} // 'ok';
        exit 3 if $mode eq 'exit';
        sleep 1 if $mode eq 'slow';
        my $server = IO::Socket::INET->new(
            LocalAddr => $mode eq 'loopback' ? '127.0.0.1' : '0.0.0.0', LocalPort => $mode eq 'elsewhere' ? 0 : $ENV{PORT0},
            Listen => 64, ReuseAddr => 1) or $mode eq 'stubborn' ? sleep(1000) : die "port: $!";
        while (my $client = $server->accept) {
            my $request = <$client> // '';
            while (my $line = <$client>) { last if $line =~ /^\r?\n$/ }
            my $body = join('', map { "$_=[" . ($ENV{$_} // '') . "]" } 'VER', grep { /^E[0-9]$/ } sort keys %ENV) . "\n";
            my $status = $mode eq 'sick' ? '500 Sick' : $mode eq 'redirect' ? "302 Found\r\nLocation: /login" : '200 OK';
            my $version = $mode eq 'http10' ? '1.0' : '1.1';
            my $length = $mode eq 'http10' ? '' : "Content-Length: " . length($body) . "\r\n";
            print $client "HTTP/$version $status\r\n${length}Connection: close\r\n\r\n$body";
            close $client;
        }
        """;

    /// <summary>A repository with one module and what is written of deployables.</summary>
    public static Tree Of(string artifact, string deployables) => new()
    {
        {
            ".pipeline.yaml",
            $"resources: {{ cpus: 0.05, memory: 64MB }}\nsteps: [{{ run: mkdir -p out && cp server.pl out/ }}]\n"
            + $"artifacts: [{{ name: {artifact}, path: out }}]\ndeployables:\n{deployables}"
        },
        { "server.pl", Program },
    };

    /// <param name="name">Of the deployable.</param>
    /// <param name="artifact">Of its repository.</param>
    /// <param name="mode">What the program does.</param>
    /// <param name="version">What it answers.</param>
    /// <param name="route">Without: its name.</param>
    /// <param name="more">More variables.</param>
    public static string Service(string name, string artifact, string mode, string version, string? route = null, string more = "") => $$"""
          {{name}}:
            artifact: {{artifact}}
            run: exec perl server.pl
            resources: { cpus: 0.05, memory: 64MB }
            health: { http: /healthz, interval: 200ms, timeout: 1s, successes: 1, healthy_for: 200ms, startup: 4s }
            route: '{{route ?? $"/{name}"}}'
            env: { MODE: {{mode}}, VER: '{{version}}'{{more}} }

        """;

    /// <summary>What runs to its end or all the time without a port.</summary>
    public static string Line(string name, string artifact, string keys) =>
        $"  {name}: {{ artifact: {artifact}, resources: {{ cpus: 0.05, memory: 32MB }}, {keys} }}\n";
}
