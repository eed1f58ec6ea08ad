using Pipeline.Server.Tests.Tidy.Shape;
using static Pipeline.Server.Tests.Tidy.Planted.PlantedCase;

namespace Pipeline.Server.Tests.Tidy.Planted;

internal static class ShapeCases
{
    public static readonly PlantedCase[] All =
    [
        new("namespace-is-folder",
            [
                Project("Cli"),
                ("src/Cli/Right.cs", "namespace Pipeline.Cli;\nclass A;\n"),
                ("src/Cli/Deep/Right.cs", "namespace Pipeline.Cli.Deep { class A; }\n"),
                ("src/Cli/Deep/Wrong.cs", "\nnamespace Pipeline.Cli;\nclass B;\n"),
                ("src/Cli/Global.cs", "System.Console.Write(1);\nclass C;\n"),
                ("src/Cli/Usings.cs", "global using System;\n"),
                ("src/Cli/Two.cs", "namespace Pipeline.Cli { class D; }\nnamespace Pipeline.Cli { class E; }\n"),
                ("src/Cli/Page.razor", "@page \"/\"\n@namespace Pipeline.Other\n"),
                ("tests/Cli.Tests/Cli.Tests.csproj", "<Project/>"),
                ("tests/Cli.Tests/Deep/T.cs", "namespace Pipeline.Cli.Tests.Deep;\nclass T;\n"),
            ],
            ["src/Cli/Deep/Wrong.cs:2", "src/Cli/Global.cs:2", "src/Cli/Two.cs:2", "src/Cli/Page.razor:2"]),

        new("file-circles",
            [
                Project("Mesos"),
                ("src/Mesos/A.cs", "namespace Pipeline.Mesos;\nclass A { B? b; }\n"),
                ("src/Mesos/B.cs", "namespace Pipeline.Mesos;\nclass B { object O => C.Make(); }\n"),
                ("src/Mesos/C.cs", "namespace Pipeline.Mesos;\nstatic class C { public static A? Make() => null; }\n"),
                ("src/Mesos/Below.cs", "namespace Pipeline.Mesos;\nclass Below;\n"),
                ("src/Mesos/Above.cs", "namespace Pipeline.Mesos;\nclass Above { A? a; Below? b; }\n"),
            ],
            ["src/Mesos/A.cs:1"]),

        new("folder-circles",
            [
                Project("Mesos"),
                ("src/Mesos/MesosModule.cs", "namespace Pipeline.Mesos;\nclass MesosModule { One.A? a; Two.B? b; }\n"),
                ("src/Mesos/MesosOptions.cs", "namespace Pipeline.Mesos;\nclass MesosOptions;\n"),
                ("src/Mesos/One/A.cs", "namespace Pipeline.Mesos.One;\nclass A { MesosOptions? o; }\nclass Shared;\n"),
                ("src/Mesos/One/D.cs", "using Pipeline.Mesos.Two;\nnamespace Pipeline.Mesos.One;\nclass D { int Of(C c) => c.Number; }\n"),
                ("src/Mesos/Two/B.cs", "using Pipeline.Mesos.One;\nnamespace Pipeline.Mesos.Two;\nclass B { Shared? s; }\n"),
                ("src/Mesos/Two/C.cs", "namespace Pipeline.Mesos.Two;\nclass C { public int Number; }\n"),
                ("src/Mesos/Three/T.cs", "namespace Pipeline.Mesos.Three;\nclass T { One.A? a; }\n"),
            ],
            ["src/Mesos/One:1"]),

        new("core-purity",
            [
                ("src/Scheduler/Core/Impure.cs", """
                    using System.Net.Http;
                    using Dapper;
                    namespace Pipeline.Scheduler.Core;
                    static class Impure
                    {
                        private static int count;
                        private static readonly Dictionary<string, int> Seen = new();
                        private static readonly IReadOnlyList<int> Fixed = [1];
                        private const int Limit = 3;
                        static async Task<int> Later() => await Task.FromResult(1);
                        static DateTimeOffset Now(TimeProvider time) => time.GetUtcNow();
                        static int Dice() => new Random(1).Next();
                        static bool Read(string path) => File.Exists(path);
                        static object Full() => new System.IO.MemoryStream();
                    }
                    """),
                ("src/Scheduler/Core/Deep/Pure.cs", """
                    using System.Collections.Immutable;
                    namespace Pipeline.Scheduler.Core.Deep;
                    sealed record Attempt(string Task, DateTimeOffset At);
                    static class Pure
                    {
                        static string Of(Attempt a) => a.Task + nameof(Attempt.Task);
                        static Attempt Renamed(Attempt a) => a with { Task = "x" };
                    }
                    """),
                ("src/Scheduler/Loop/Shell.cs", "using System.IO;\nnamespace Pipeline.Scheduler.Loop;\nclass Shell { static int n; }\n"),
            ],
            [.. new[] { 1, 2, 6, 7, 10, 10, 10, 11, 12, 13, 14 }.Select(line => $"src/Scheduler/Core/Impure.cs:{line}")]),

        new("core-dependencies", [], [typeof(Core.ImpureDecision).FullName!])
        {
            Instead = _ => CompiledCore.Find(typeof(ShapeCases).Assembly),
        },

        new("native-calls",
            [
                Project("TaskRunner"),
                ("src/TaskRunner/Native.cs", "class N {\n[LibraryImport(\"libc\")] int A();\n[LibraryImport(\"libc\")] int B();\n}\n"),
                ("src/TaskRunner/Other.cs", "class O {\n[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int C();\n}\n"),
                Project("LocalMesos"),
                ("src/LocalMesos/LibC.cs", "class L { [DllImport(\"libc\")] static extern int C(); }\n"),
            ],
            ["src/TaskRunner/Other.cs:2"]),

        new("slice-readmes",
            [
                Project("Scheduler"), ("src/Scheduler/README.md", Lines(60, "short")),
                Project("DeployStages"), ("src/DeployStages/README.md", Lines(61, "long")),
                Project("BuildRunner"), Project("Kernel"),
            ],
            ["src/DeployStages/README.md:61", "src/BuildRunner/README.md:1"]),
    ];
}
