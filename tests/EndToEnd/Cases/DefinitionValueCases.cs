using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases;

/// <summary>Values that YAML, people or other systems read in another way.</summary>
[Collection(CasesCollection.Name)]
public sealed class DefinitionValueCases(CasesPipeline fixture)
{
    private const string Deployable = "steps: [{run: x}]\nartifacts: [{name: a, path: o}]\ndeployables:\n  d: {artifact: a, run: x, ";

    // Whole files.
    private const string Files = """
        steps: [{run: !include build.sh}] → 1:15 The tag '!include' is not supported here.
        steps: [{run: !reference [.a, script]}] → 1:15 The tag '!reference' is not supported here. & 1:15 'run' must be text, not a list.
        steps: [{run: !!binary aGVsbG8=}] → 1:15 The tag '!!binary' is not supported here.
        steps: [{run: x, env: {A: !!int "3"}}] → build: step-1=x [A=3]
        steps: [{run: x, env: {A: !!int x}}] → 1:27 The tag '!!int' is not supported here.
        steps: [{run: x, env: !!set {A, B}}] → 1:23 The tag '!!set' is not supported here.
        steps: !!omap [{run: x}] → 1:8 The tag '!!omap' is not supported here.
        steps: [{run: x, env: {A: !!timestamp 2001-12-14}}] → 1:27 The tag '!!timestamp' is not supported here.
        steps: [{run: x, env: {A: !!null ''}}] → 1:27 The tag '!!null' is not supported here.
        steps: [{run: x, env: {A: !<tag:example.test,2000:x> b}}] → 1:27 The tag 'tag:example.test,2000:x' is not supported here.
        steps: [{run: x, env: {A: ! b}}] → build: step-1=x [A=b]
        steps: [{run: x, env: {A: !!str 3}}] → build: step-1=x [A=3]
        steps: [{!x run: x}] → 1:10 The tag '!x' is not supported here.
        steps: [{run: x, env: {A: on, B: no, C: 0123, D: 1.10, E: 1e3}}] → build: step-1=x [A=on][B=no][C=0123][D=1.10][E=1e3]
        steps: [{run: x, env: {F: null, G: ~, H: , I: 2001-12-14, J: 12:30:45}}] → build: step-1=x [F=][G=][H=][I=2001-12-14][J=12:30:45]
        steps: [{run: x, env: {K: 0x1F, L: "", M: true, N: .inf}}] → build: step-1=x [K=0x1F][L=][M=true][N=.inf]
        steps: [{run: ~}] → 1:15 'run' must be text, not nothing.
        steps: [{run: }] → 1:15 'run' must be text, not nothing.
        steps: [{run: ''}] → 1:15 'run' must not be empty.
        steps: [{run: '  '}] → 1:15 'run' must not be empty.
        steps: [{run: yes}] → build: step-1=yes
        steps: [{run: 5}] → build: step-1=5
        x-a: &a {run: one, name: n}⏎steps: [{<<: *a, run: two}] → build: n=two
        x-a: &a {run: one}⏎x-b: &b {run: two, name: b}⏎steps: [{<<: [*a, *b]}] → build: b=one
        x-a: &a {run: one}⏎x-b: &b {name: b}⏎steps: [{<<: *a, <<: *b}] → build: b=one
        x-a: &a {run: one, env: {A: 1, B: 2}}⏎steps: [{<<: *a, env: {C: 3}}] → build: step-1=one [C=3]
        steps: [{<<: {run: one}}] → build: step-1=one
        steps: [{"<<": {run: one}, run: two}] → 1:10 A step has no key '<<'.
        steps: [{<<: [a, b], run: x}] → 1:10 '<<' merges maps, not 'a'. & 1:10 '<<' merges maps, not 'b'.
        steps: [{<<: , run: x}] → 1:10 '<<' merges maps, not nothing.
        x-a: &a one⏎x-b: &b two⏎steps: [{run: *a}] → build: step-1=one
        x-a: &a one⏎x-b: &a two⏎steps: [{run: *a}] → build: step-1=two
        x-a: &a [*a]⏎steps: [{run: x}] → 1:10 The anchor 'a' is not defined above.
        steps: [{run: *none}] → 1:15 The anchor 'none' is not defined above. & 1:15 'run' must be text, not nothing.
        x-s: &s [{run: a},{run: b}]⏎steps:⏎  - *s⏎  - run: c → 1:6 A step must be a map, not a list.
        steps: [{run: x, run: y}] → 1:18 The key 'run' is there twice.
        steps: [{run: x, 'run': y}] → 1:18 The key 'run' is there twice.
        steps: [{run: x, env: {A: 1, A: 2}}] → 1:30 The key 'A' is there twice.
        steps: [{? [a] : b, run: x}] → 1:12 A key must be a text, not a list.
        steps: [{? run : x}] → build: step-1=x
        steps: [make, make test] → 1:9 A step must be a map, not 'make'. & 1:15 A step must be a map, not 'make test'.
        steps: {run: x} → 1:8 'steps' must be a list, not a map.
        steps: make → 1:8 'steps' must be a list, not 'make'.
        steps: [] → 1:1 The module 'build' has no steps.
        steps: [[]] → 1:9 A step must be a map, not a list.
        steps: [{run: [a, b]}] → 1:15 'run' must be text, not a list.
        steps: [{run: echo a:b, name: x:y}] → build: x:y=echo a:b
        steps:⏎  - run: echo "key: value" → 2:19 This is not YAML: While scanning a plain scalar value, found invalid mapping.
        steps:⏎  - run: echo key: value → 2:18 This is not YAML: While scanning a plain scalar value, found invalid mapping.
        steps: [{run: x, env: [A=1, B=2]}] → 1:23 'env' must be a map, not a list.
        steps: [{run: x, env: {spring.profile: a}}] → 1:24 'spring.profile' cannot name an environment variable.
        steps: [{run: x, env: {A: "line1\nline2", B: "$HOME \"q\" 's' `id`"}}] → build: step-1=x [A=line1⏎line2][B=$HOME "q" 's' `id`]
        steps: [{run: x, env: {A: [1]}}] → 1:27 The value of 'A' must be text, not a list.
        steps: [{run: x, timeout: 1h 30m}] → 1:27 'timeout' must be a duration, not '1h 30m'.
        steps: [{run: x, timeout: 1.5h}] → build: step-1=x 5400
        steps: [{run: x, timeout: 5M}] → 1:27 'timeout' must be a duration, not '5M'.
        steps: [{run: x, timeout: 5min}] → 1:27 'timeout' must be a duration, not '5min'.
        steps: [{run: x, timeout: 300}] → 1:27 'timeout' must be a duration, not '300'.
        steps: [{run: x, timeout: 1m1m}] → build: step-1=x 120
        steps: [{run: x, timeout: -1m}] → 1:27 'timeout' must be a duration, not '-1m'.
        steps: [{run: x, timeout: PT5M}] → 1:27 'timeout' must be a duration, not 'PT5M'.
        steps: [{run: x, timeout: 5m }] → build: step-1=x 300
        steps: [{run: x, timeout: ５m}] → 1:27 'timeout' must be a duration, not '５m'.
        timeout: 1m⏎steps: [{run: x, timeout: 2m}] → 2:27 The step may take longer than its module, whose 'timeout' ends it first.
        steps: [{run: x, timeout: 0.0001s}] → 1:27 'timeout' must be a duration, not '0.0001s'.
        steps: [{run: x, timeout: 8d}] → 1:27 'timeout' must be a duration, not '8d'.
        steps: [{run: x}]⏎artifacts: [{name: a, path: .}] → 2:29 'path' must lie inside the repository: '.' does not.
        steps: [{run: x}]⏎artifacts: [{name: a, path: "out/*.jar"}] → build: step-1=x , a<-out/*.jar
        steps: [{run: x}]⏎artifacts: [{name: a, path: "out/**"}] → build: step-1=x , a<-out/**
        steps: [{run: x}]⏎artifacts: [{name: a, path: "out/?.jar"}] → build: step-1=x , a<-out/?.jar
        steps: [{run: x}]⏎artifacts: [{name: a, path: "out/[ab].jar"}] → build: step-1=x , a<-out/[ab].jar
        steps: [{run: x}]⏎artifacts: [{name: a, path: "~/out"}] → build: step-1=x , a<-~/out
        steps: [{run: x}]⏎artifacts: [{name: a, path: $OUT/x}] → build: step-1=x , a<-$OUT/x
        steps: [{run: x}]⏎artifacts: [{name: a, path: a}, {name: b, path: a}] → build: step-1=x , a<-a, b<-a
        steps: [{run: x}]⏎artifacts: [{name: a, path: a}, {name: a, path: b}] → 2:40 There are two artifacts named 'a' in this module.
        steps: [{run: x}]⏎artifacts: a → 2:12 'artifacts' must be a list, not 'a'.
        modules: {a.b: {steps: [{run: x}]}, "a b": {steps: [{run: x}]}, A: {steps: [{run: x}]}, a: {steps: [{run: x}]}} → 1:37 'a b' cann…
        modules: {a: {steps: [{run: x}], depends_on: a}} → 1:46 The modules wait for each other: a → a.
        modules: {1: {steps: [{run: x}]}} → 1: step-1=x
        modules: {~: {steps: [{run: x}]}} → 1:11 '~' cannot name a module.
        modules: [a] → 1:10 'modules' must be a map, not a list.
        modules: {a: } → 1:14 The module 'a' must be a map, not nothing.
        """;

    // Of resources.
    private const string Resources = """
        cpus: 010 → 10 cpus, 512 MB
        cpus: 1e1 → 2:19 'cpus' must be a number from 0.01 to 256, not '1e1'.
        cpus: .5 → 2:19 'cpus' must be a number from 0.01 to 256, not '.5'.
        cpus: 1_0 → 2:19 'cpus' must be a number from 0.01 to 256, not '1_0'.
        cpus: 0 → 2:19 'cpus' must be a number from 0.01 to 256, not '0'.
        cpus: -1 → 2:19 'cpus' must be a number from 0.01 to 256, not '-1'.
        cpus: .nan → 2:19 'cpus' must be a number from 0.01 to 256, not '.nan'.
        cpus: .inf → 2:19 'cpus' must be a number from 0.01 to 256, not '.inf'.
        cpus: 0x2 → 2:19 'cpus' must be a number from 0.01 to 256, not '0x2'.
        cpus: '1' → 2:19 'cpus' must be a number from 0.01 to 256, not '1'.
        cpus: 500m → 2:19 'cpus' must be a number from 0.01 to 256, not '500m'.
        cpus: 1,5 → 2:21 'resources' has no key '5'.
        cpus: 257 → 2:19 'cpus' must be a number from 0.01 to 256, not '257'.
        memory: 1024 → 2:21 'memory' must be a size, not '1024'.
        memory: 1gb → 2:21 'memory' must be a size, not '1gb'.
        memory: 1kB → 0.5 cpus, 0.001 MB
        memory: 1Gi → 0.5 cpus, 1024 MB
        memory: 1.5G → 0.5 cpus, 1536.0 MB
        memory: 1e3MB → 2:21 'memory' must be a size, not '1e3MB'.
        memory: 0MB → 2:21 'memory' must be a size, not '0MB'.
        memory: 99999999TB → 2:21 'memory' must be a size, not '99999999TB'.
        memory: 50% → 2:21 'memory' must be a size, not '50%'.
        memory: ~ → 2:21 'memory' must be a size, not nothing.
        memory: 1 GB → 0.5 cpus, 1024 MB
        gpu: 1 → 2:13 'resources' has no key 'gpu'.
        """;

    // Of a cron, with a time zone after the bar.
    private const string Crons = """
        0 0 30 2 * → 4:50 '0 0 30 2 *' never fires: there is no such day.
        0 0 31 4 * → 4:50 '0 0 31 4 *' never fires: there is no such day.
        0 0 29 2 * → '0 0 29 2 *' in UTC
        60 * * * * → 4:50 '60 * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be a numbe…
        */0 * * * * → 4:50 '*/0 * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be a num…
        0 0 * * 7 → '0 0 * * 7' in UTC
        0 0 * * SUN#2 → '0 0 * * SUN#2' in UTC
        0 0 L * * → '0 0 L * *' in UTC
        0 0 15W * * → '0 0 15W * *' in UTC
        0 0 LW * * → '0 0 LW * *' in UTC
        0 0 * * 5L → '0 0 * * 5L' in UTC
        @reboot → 4:50 '@reboot' is not a schedule: The given cron expression has an invalid format. Macro: Unexpected character 'r' on p…
        @daily → '@daily' in UTC
        @midnight → '@midnight' in UTC
        @hourly → '@hourly' in UTC
        @weekly → '@weekly' in UTC
        @monthly → '@monthly' in UTC
        @yearly → '@yearly' in UTC
        @annually → '@annually' in UTC
        @every 5m → 4:50 '@every 5m' is not a schedule: The given cron expression has an invalid format. Macro: Unexpected character '5'…
        @DAILY → '@DAILY' in UTC
        0 0 1 1 * 2030 → 4:50 '0 0 1 1 * 2030' is not a schedule: The given cron expression has an invalid format. Days of week: Value mu…
        H 3 * * * → 4:50 'H 3 * * *' leaves a time to be chosen by H, as in Jenkins: write the number that it shall be.
        H/15 * * * * → 4:50 'H/15 * * * *' leaves a time to be chosen by H, as in Jenkins: write the number that it shall be.
        H(0-29) * * * * → 4:50 'H(0-29) * * * *' leaves a time to be chosen by H, as in Jenkins: write the number that it shall be.
        0 0 12 ? * MON-FRI → '0 0 12 ? * MON-FRI' in UTC
        0 0 12 1/5 * ? → '0 0 12 1/5 * ?' in UTC
        0 0 12 * * ? 2030 → 4:50 '0 0 12 * * ? 2030' has 7 fields: give 5 (minute hour day month weekday), or 6 with seconds first.
        0 0 12 * * ? * → 4:50 '0 0 12 * * ? *' has 7 fields: give 5 (minute hour day month weekday), or 6 with seconds first.
        0 0 13 * FRI → '0 0 13 * FRI' in UTC
        * * * * * * → '* * * * * *' in UTC
        */2 * * * * * → '*/2 * * * * *' in UTC
         → 4:50 'schedule' must not be empty.
          → 4:50 'schedule' must not be empty.
        0 → 4:50 '0' has 1 fields: give 5 (minute hour day month weekday), or 6 with seconds first.
        0 0 → 4:50 '0 0' has 2 fields: give 5 (minute hour day month weekday), or 6 with seconds first.
        0 0 * * → 4:50 '0 0 * *' has 4 fields: give 5 (minute hour day month weekday), or 6 with seconds first.
        0 0 * * * * * * → 4:50 '0 0 * * * * * *' has 8 fields: give 5 (minute hour day month weekday), or 6 with seconds first.
        0 0 * JANUARY * → 4:50 '0 0 * JANUARY *' is not a schedule: The given cron expression has an invalid format. Months: Unexpected c…
        0 0 * Jan mon → '0 0 * Jan mon' in UTC
        0 0 * * 8 → 4:50 '0 0 * * 8' is not a schedule: The given cron expression has an invalid format. Days of week: Value must be a nu…
        0 24 * * * → 4:50 '0 24 * * *' is not a schedule: The given cron expression has an invalid format. Hours: Value must be a number…
        0 0 0 * * → 4:50 '0 0 0 * *' is not a schedule: The given cron expression has an invalid format. Days of month: Value must be a n…
        0 0 32 * * → 4:50 '0 0 32 * *' is not a schedule: The given cron expression has an invalid format. Days of month: Value must be a…
        0 0 * 13 * → 4:50 '0 0 * 13 *' is not a schedule: The given cron expression has an invalid format. Months: Value must be a number…
        -5 * * * * → 4:50 '-5 * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be a numbe…
        5- * * * * → 4:50 '5- * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be a numbe…
        1-5/2 * * * * → '1-5/2 * * * *' in UTC
        5-1 * * * * → '5-1 * * * *' in UTC
        1,2,,3 * * * * → 4:50 '1,2,,3 * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be…
        */61 * * * * → 4:50 '*/61 * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be a n…
        */99999999999 * * * * → 4:50 '*/99999999999 * * * *' is not a schedule: The given cron expression has an invalid format. Minutes:…
        99999999999 * * * * → 4:50 '99999999999 * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Val…
        0 3 * * *; → 4:50 '0 3 * * *;' is not a schedule: The given cron expression has an invalid format. Days of week: Unexpected chara…
        0 3 * * * # nightly → 4:50 '0 3 * * * # nightly' has 7 fields: give 5 (minute hour day month weekday), or 6 with seconds first.
        TZ=UTC 0 3 * * * → 4:50 'TZ=UTC 0 3 * * *' is not a schedule: The given cron expression has an invalid format. Seconds: Value mus…
        CRON_TZ=Europe/Berlin 0 3 * * * → 4:50 'CRON_TZ=Europe/Berlin 0 3 * * *' is not a schedule: The given cron expression has an inva…
         0  3  *  *  *  → '0  3  *  *  *' in UTC
        0\t3\t*\t*\t* → '0\u00093\u0009*\u0009*\u0009*' in UTC
        ٠ 3 * * * → 4:50 '٠ 3 * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be a number…
        0 3 * * *\n → '0 3 * * *' in UTC
        * * * * *\u0000 → 4:50 The text holds a NUL character, which cannot be stored.
        0 0 * * MON,,TUE → 4:50 '0 0 * * MON,,TUE' is not a schedule: The given cron expression has an invalid format. Days of week: Valu…
        0 0 ? * ? → '0 0 ? * ?' in UTC
        0 0 1W,15W * * → 4:50 '0 0 1W,15W * *' is not a schedule: The given cron expression has an invalid format. Days of month: Unexpec…
        0 0 L-3 * * → '0 0 L-3 * *' in UTC
        0 0 * * MON#6 → 4:50 '0 0 * * MON#6' is not a schedule: The given cron expression has an invalid format. Days of week: Value must…
        0 0 * * #2 → 4:50 '0 0 * * #2' is not a schedule: The given cron expression has an invalid format. Days of week: Value must be a…
        0 0 ~ * * → 4:50 '0 0 ~ * *' is not a schedule: The given cron expression has an invalid format. Days of month: Value must be a n…
        R * * * * → 4:50 'R * * * *' is not a schedule: The given cron expression has an invalid format. Minutes: Value must be a number…
        0 3 * * *|EST → '0 3 * * *' in EST
        0 3 * * *|Europe/Kiev → '0 3 * * *' in Europe/Kiev
        0 3 * * *|Europe/Kyiv → '0 3 * * *' in Europe/Kyiv
        0 3 * * *|W. Europe Standard Time → 4:73 'W. Europe Standard Time' is not a time zone.
        0 3 * * *|UTC+2 → 4:73 'UTC+2' is not a time zone.
        0 3 * * *|+02:00 → 4:73 '+02:00' is not a time zone.
        0 3 * * *|europe/berlin → '0 3 * * *' in europe/berlin
        0 3 * * *|Etc/GMT+5 → '0 3 * * *' in Etc/GMT+5
        0 3 * * *|CET → '0 3 * * *' in CET
        0 3 * * *|local → 4:73 'local' is not a time zone.
        0 3 * * *|../../etc/passwd → 4:73 '../../etc/passwd' is not a time zone.
        0 3 * * *|posixrules → 4:73 'posixrules' is not a time zone.
        0 3 * * *|right/Europe/Berlin → 4:73 'right/Europe/Berlin' is not a time zone.
        0 3 * * *|GMT → '0 3 * * *' in GMT
        0 3 * * *|Zulu → '0 3 * * *' in Zulu
        0 3 * * *| → 4:73 'timezone' must be text, not nothing.
        0 3 * * *|~ → 4:73 'timezone' must be text, not nothing.
        0 3 * * *|Europe/Berlin  → '0 3 * * *' in Europe/Berlin
        0 3 * * *|/etc/localtime → 4:73 '/etc/localtime' is not a time zone.
        0 3 * * *|tzdata.zi → 4:73 'tzdata.zi' is not a time zone.
        0 3 * * *|America → 4:73 'America' is not a time zone.
        """;

    // Of a service.
    private const string Keys = """
        route: /r}⏎  e: {artifact: a, run: x, route: /r → 5:35 'd' has this route already.
        route: /r}⏎  e: {artifact: a, run: x, route: /r/ → 5:35 'd' has this route already.
        route: /r}⏎  e: {artifact: a, run: x, route: /R → 5:35 'd' has this route already.
        route: '/r/{id}' → 4:35 '/r/{id}' cannot be a route.
        route: '/{**all}' → 4:35 '/{**all}' cannot be a route.
        route: '/r{' → 4:35 '/r{' cannot be a route.
        route: '/a%20b' → 4:35 '/a%20b' cannot be a route.
        route: '/' → kind service, instances 1, health , env {}, route /, stages {}, image
        route: '/a*' → 4:35 '/a*' cannot be a route.
        route: /a*b → 4:35 '/a*b' cannot be a route.
        route: '/q/{x}/{x}' → 4:35 '/q/{x}/{x}' cannot be a route.
        route: r → 4:35 'r' cannot be a route.
        route: '' → 4:35 'route' must not be empty.
        route: /a//b → 4:35 '/a//b' cannot be a route.
        route: /./a → 4:35 '/./a' cannot be a route.
        route: /a/../b → 4:35 '/a/../b' cannot be a route.
        route: '/a?b=c' → 4:35 '/a?b=c' cannot be a route.
        route: '/a#b' → 4:35 '/a#b' cannot be a route.
        route: /ä → 4:35 '/ä' cannot be a route.
        route: 'http://x/y' → 4:35 'http://x/y' cannot be a route.
        route: "/a\u0000" → 4:35 The text holds a NUL character, which cannot be stored. & 4:35 '/a�' cannot be a route.
        route: '/a b' → 4:35 '/a b' cannot be a route.
        route: '/a;b' → 4:35 '/a;b' cannot be a route.
        route: '/a,b' → 4:35 '/a,b' cannot be a route.
        route: '/a:b' → 4:35 '/a:b' cannot be a route.
        route: '/a\b' → 4:35 '/a\b' cannot be a route.
        route: [/a] → 4:35 'route' must be text, not a list.
        route: ~ → 4:35 'route' must be text, not nothing.
        stages: {prodution: {instances: 2}} → 4:37 There is no stage 'prodution' on this server.
        stages: {Production: {instances: 2}} → 4:37 There is no stage 'Production' on this server.
        stages: [production] → 4:36 'stages' must be a map, not a list.
        stages: {production: } → 4:49 The stage 'production' must be a map, not nothing.
        stages: {production: {instances: 2, foo: 1}} → 4:64 A stage of a deployable has no key 'foo'.
        stages: {x-y: {instances: 2}} → kind service, instances 1, health , env {}, route , stages {}, image
        stages: {production: {route: /a}} → 4:50 'route' is not available in this version.
        health: {http: 'http://localhost/healthz'} → 4:43 'http' must be a path that begins with '/', not 'http://localhost/healthz'.
        health: {http: '//evil.example/x'} → kind service, instances 1, health {"http":"//evil.example/x","startupSeconds":120,"intervalS…
        health: {http: '/h?deep=1#f'} → 4:43 'http' must be a path that begins with '/', not '/h?deep=1#f'.
        health: {http: healthz} → 4:43 'http' must be a path that begins with '/', not 'healthz'.
        health: {tcp: 1} → 4:37 'tcp' is not available in this version.
        health: {} → kind service, instances 1, health {"http":null,"startupSeconds":120,"intervalSeconds":5,"timeoutSeconds":5,"successe…
        health: ~ → 4:36 'health' must be a map, not nothing.
        health: {http: "/a\r\nX: y"} → 4:43 'http' must be a path that begins with '/', not '/a X: y'.
        instances: 0 → 4:39 'instances' must be a whole number from 1 to 1000, not '0'.
        instances: 1.5 → 4:39 'instances' must be a whole number from 1 to 1000, not '1.5'.
        instances: 1001 → 4:39 'instances' must be a whole number from 1 to 1000, not '1001'.
        instances: '2' → 4:39 'instances' must be a whole number from 1 to 1000, not '2'.
        instances: auto → 4:39 'instances' must be a whole number from 1 to 1000, not 'auto'.
        kind: Service → 4:34 'kind' must be service, worker, cron or job, not 'Service'.
        kind: lambda → 4:34 'kind' must be service, worker, cron or job, not 'lambda'.
        kind: ~ → 4:34 'kind' must be text, not nothing.
        artifact: b → 4:28 The key 'artifact' is there twice.
        schedule: '* * * * *' → 4:38 A service runs all the time: it has no 'schedule'.
        image: '' → 4:35 'image' must not be empty.
        image: 'a b' → 4:35 'a b' cannot name an image.
        image: "x\u0000" → 4:35 The text holds a NUL character, which cannot be stored.
        env: {PIPELINE_X: 1} → 4:34 'PIPELINE_X': names that start with PIPELINE_ are set by the server.
        env: {PORT0: 1} → 4:34 'PORT0' is set by the scheduler for each instance.
        resources: {ports: 21} → 4:47 'ports' must be a whole number from 0 to 20, not '21'.
        run: [a] → 4:28 The key 'run' is there twice.
        """;

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public Task A_file_means_what_it_says_or_is_refused_with_the_line() => AreAsync(Files, f => f, OfFile);

    [Fact]
    public Task A_resource_means_what_it_says_or_is_refused() => AreAsync(
        Resources, r => $"steps: [{{run: x}}]\nresources: {{{r}}}", OfResources);

    [Fact]
    public Task A_schedule_of_any_system_is_read_as_documented_or_refused() => AreAsync(Crons, CronFile, OfCron);

    [Fact]
    public Task A_key_of_a_service_is_read_as_documented_or_refused() => AreAsync(Keys, k => $"{Deployable}{k}}}", OfService);

    /// <param name="rows">Each input with what is right after the arrow.</param>
    /// <param name="file">Makes a file of an input.</param>
    /// <param name="meaning">What a file means that is in order.</param>
    private async Task AreAsync(string rows, Func<string, string> file, Func<JsonElement, string> meaning)
    {
        var seen = new List<string>();
        foreach (var row in rows.Split('\n'))
        {
            var input = row[..row.IndexOf(" → ", StringComparison.Ordinal)].Replace('⏎', '\n');
            var (status, answer) = await pipeline.PostAsync("/api/v1/definitions/lint", new { content = file(input) });
            Assert.Equal(200, (int)status);
            seen.Add($"{input} → {Of(answer, meaning)}");
        }

        Outcomes.Are(rows, seen);
    }

    private static string Of(JsonElement answer, Func<JsonElement, string> meaning)
    {
        var problems = answer.GetProperty("problems").EnumerateArray()
            .Select(p => $"{p.GetProperty("line")}:{p.GetProperty("column")} {p.GetProperty("message").GetString()}").ToList();
        return problems.Count > 0 ? string.Join(" & ", problems) : meaning(answer.GetProperty("definition"));
    }

    private static string CronFile(string row) => row.Split('|') is [var schedule, var zone]
        ? $"{Deployable}kind: cron, schedule: \"{schedule}\", timezone: {zone}}}"
        : $"{Deployable}kind: cron, schedule: \"{row}\"}}";

    private static string OfFile(JsonElement definition) => string.Join("; ", definition.GetProperty("modules").EnumerateArray().Select(m =>
        $"{m.GetProperty("name").GetString()}: {string.Join(", ", m.GetProperty("steps").EnumerateArray().Select(OfStep))}"
        + string.Concat(m.GetProperty("artifacts").EnumerateArray()
            .Select(a => $", {a.GetProperty("name").GetString()}<-{a.GetProperty("path").GetString()}"))));

    private static string OfStep(JsonElement step) =>
        $"{step.GetProperty("name").GetString()}={step.GetProperty("run").GetString()}"
        + $" {(step.GetProperty("timeoutSeconds").GetDouble() == 1800 ? "" : step.GetProperty("timeoutSeconds"))}"
        + string.Concat(step.GetProperty("env").EnumerateObject().Select(e => $"[{e.Name}={e.Value.GetString()}]"));

    private static string OfResources(JsonElement definition) => definition.GetProperty("modules")[0].GetProperty("resources") is var r
        ? $"{r.GetProperty("cpus")} cpus, {r.GetProperty("memoryMb")} MB" : "";

    private static string OfCron(JsonElement definition) => definition.GetProperty("deployables")[0].GetProperty("runs") is var r
        ? $"'{r.GetProperty("schedule").GetString()}' in {r.GetProperty("timezone").GetString()}" : "";

    private static string OfService(JsonElement definition) => string.Join(", ", definition.GetProperty("deployables")[0].EnumerateObject()
        .Where(p => p.Name is "kind" or "instances" or "route" or "health" or "stages" or "image" or "env")
        .Select(p => $"{p.Name} {p.Value}"));
}
