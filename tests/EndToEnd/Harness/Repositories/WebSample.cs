namespace Pipeline.EndToEnd.Harness.Repositories;

/// <summary>
/// The files of a small web service in Perl (part of any Debian with git): builds in milliseconds, answers HTTP, fails on demand.
/// </summary>
public static class WebSample
{
    /// <param name="name">Of the deployable and its route: unique in the instance.</param>
    /// <param name="sickIn">The stage in which <c>/healthz</c> answers 500.</param>
    /// <param name="buildStep">What the build runs before it packs.</param>
    /// <param name="cpus">Of one instance; an agent has 8.</param>
    /// <param name="gate">Where it is closed, <c>/healthz</c> answers 503.</param>
    /// <param name="buildCpus">What the build asks of an agent.</param>
    public static Dictionary<string, string> Files(
        string name, string version, string? sickIn = null, string buildStep = "true", int instances = 1,
        decimal cpus = 0.1m, Gate? gate = null, string buildCpus = "0.1") => new()
    {
        [".pipeline.yaml"] = $$"""
            modules:
              web:
                resources: { cpus: {{buildCpus}}, memory: 64MB }
                steps:
                  - { name: prepare, run: '{{buildStep}}' }
                  - { name: package, run: mkdir -p out && cp server.pl out/ }
                artifacts:
                  - { name: web, path: out }
            deployables:
              {{name}}:
                kind: service
                artifact: web
                run: exec perl server.pl
                instances: {{instances}}
                resources: { cpus: {{cpus.ToString(System.Globalization.CultureInfo.InvariantCulture)}}, memory: 64MB, ports: 1 }
                health: { http: /healthz, startup: {{(gate is null ? "5s" : "120s")}}, interval: 200ms, timeout: 1s, successes: 2, healthy_for: 200ms }
                route: /{{name}}
            """,
        ["server.pl"] = Server(name, version, sickIn, gate),
    };

    private static string Server(string name, string version, string? sickIn, Gate? gate) =>
        $$"""
        use strict;
        use warnings;
        use IO::Socket::INET;
        $SIG{TERM} = sub { exit 0 };
        $| = 1;
        my $sick = ($ENV{PIPELINE_STAGE} // '') eq '{{sickIn ?? "-"}}';
        my $gate = '{{gate?.Name}}';
        sub board {
            my $board = IO::Socket::INET->new(PeerAddr => '127.0.0.1:{{gate?.Port}}') or die "board: $!";
            print $board "@_\n";
            return <$board>;
        }
        board("note $gate $ENV{PIPELINE_STAGE} $ENV{TASK_ID}") if $gate;
        my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT0}, Listen => 64, ReuseAddr => 1) or die "port $ENV{PORT0}: $!";
        print "{{name}} {{version}} listens on $ENV{PORT0}\n";
        while (my $client = $server->accept) {
            my $request = <$client> // '';
            while (my $line = <$client>) { last if $line =~ /^\r?\n$/ }
            my $asked = $request =~ m{/healthz};
            my $failed = $sick && $asked;
            my $held = $gate && $asked && board("ask $gate.$ENV{PIPELINE_STAGE}") ne "open\n";
            my $body = $failed ? "database is on fire\n" : "{{name}} {{version}} in $ENV{PIPELINE_STAGE}\n";
            my $status = $failed ? '500 Internal Server Error' : $held ? '503 Service Unavailable' : '200 OK';
            print $client "HTTP/1.1 $status\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
            close $client;
        }
        """;
}
