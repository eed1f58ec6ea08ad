using Pipeline.Server.Tests.Tidy.Hygiene;
using static Pipeline.Server.Tests.Tidy.Planted.PlantedCase;

namespace Pipeline.Server.Tests.Tidy.Planted;

internal static class HygieneCases
{
    public static readonly PlantedCase[] All =
    [
        new("sleeping-tests",
            [
                ("tests/A.cs", """
                    class A
                    {
                        [Fact(Skip = "later")] void Skipped() { }
                        [Theory(SkipUnless = nameof(A))] void Sometimes() { }
                        [Fact(Timeout = 1000)] async Task Waits(TimeProvider time, FakeTimeProvider fakeClock, CancellationToken ct)
                        {
                            await Task.Delay(10, ct);
                            await System.Threading.Tasks.Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
                            Thread.Sleep(1);
                            await Task.Delay(Timeout.Infinite, ct);
                            await Task.Delay(TimeSpan.FromSeconds(1), fakeClock, ct);
                            Assert.Skip("no docker");
                        }
                        [Fact] void Measures()
                        {
                            var watch = Stopwatch.StartNew();
                            var took = watch.Elapsed;
                            Assert.True(took < TimeSpan.FromSeconds(1));
                            Assert.True(watch.ElapsedMilliseconds < 5);
                            Assert.True(Other());
                            Output.WriteLine($"{watch.Elapsed}");
                        }
                    }
                    """),
                ("tests/TestKit/Eventually.cs", "class E { async Task Poll() => await Task.Delay(25, TimeProvider.System); }\n"),
                ("src/B.cs", "class B { async Task Wait() => await Task.Delay(25, TimeProvider.System); }\n"),
            ],
            [.. new[] { 3, 4, 7, 8, 9, 12, 18, 19 }.Select(line => $"tests/A.cs:{line}")]),

        new("banned-calls",
            [
                ("src/A.cs", """
                    class A
                    {
                        async void Fire() { }
                        void B() { Thread.Sleep(1); }
                        int C() => Fetch().GetAwaiter().GetResult();
                        void D() => GC.Collect();
                        int E() => parser.GetResult();
                        async Task F() => await Fetch();
                    }
                    """),
                ("tests/A.cs", "class A { void AfterACollection() => GC.Collect(); }\n"),
            ],
            ["src/A.cs:3", "src/A.cs:4", "src/A.cs:5", "src/A.cs:6"]),

        new("text-cuts",
            [
                ("src/A.cs", """
                    class A
                    {
                        string B(string text) => text.Length > 10 ? text[..10] : text;
                        string C(string text) => text.Length <= 10 ? text : text[..10];
                        string D(string text) => text[..Math.Min(10, text.Length)];
                        string E(Hash hash) => hash.Hex[..12];
                        string F(string text, int at) => at < 0 ? text : text[..at];
                    }
                    """),
                ("src/Kernel/Text/ByteText.cs", "class T { string Cut(string text) => text.Length > 10 ? text[..10] : text; }\n"),
            ],
            ["src/A.cs:3", "src/A.cs:4", "src/A.cs:5"]),

        new("unused-packages",
            [
                Project("Cli", """
                    <PackageReference Include="Used" />
                    <PackageReference Include="InScopeOnly" />
                    <PackageReference Include="NamedElsewhere" />
                    <PackageReference Include="Extends" />
                    <PackageReference Include="Grpc.Tools" />
                    <PackageReference Include="NotRestored" />
                    """),
                ("src/Cli/A.cs", "using Used.Deep;\nusing InScopeOnly;\nclass A { Thing? t; void M() { \"\".AddExtends(); Far(); } }\n"),
            ],
            ["src/Cli/Cli.csproj:4", "src/Cli/Cli.csproj:5"])
        {
            Instead = tree => PackageUse.Unused(tree, (_, package) => package switch
            {
                "Used" => [new("Used.Deep", "Thing")],
                "InScopeOnly" => [new("InScopeOnly", "Other")],
                "NamedElsewhere" => [new("Elsewhere", "Far")],
                "Extends" => [new("Microsoft.Extensions.DependencyInjection", "AddExtends")],
                "Grpc.Tools" => [],
                _ => null,
            }),
        },

        new("unused-versions",
            [
                ("Directory.Packages.props", """
                    <Project>
                      <PackageVersion Include="A" Version="1" />
                      <PackageVersion Include="B" Version="1" />
                      <PackageVersion Include="C" Version="1" />
                      <PackageVersion Include="D" Version="1" />
                    </Project>
                    """),
                ("src/Cli/packages.lock.json",
                    """{"dependencies": {"net10.0": {"D": {"type": "CentralTransitive"}, "C": {"type": "Transitive"}}}}"""),
                ("Directory.Build.targets", "<Project><PackageReference Include=\"B\" /></Project>"),
                Project("Cli", "<PackageReference Include=\"A\" />"),
            ],
            ["Directory.Packages.props:4"]),
    ];
}
