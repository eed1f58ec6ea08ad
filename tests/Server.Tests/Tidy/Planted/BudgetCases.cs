using static Pipeline.Server.Tests.Tidy.Planted.PlantedCase;

namespace Pipeline.Server.Tests.Tidy.Planted;

internal static class BudgetCases
{
    private static readonly string Body = Lines(38, "_ = 1;");

    public static readonly PlantedCase[] All =
    [
        new("file-length", [("src/A.cs", Lines(400, "//")), ("tests/B.cs", Lines(401, "//"))], ["tests/B.cs:401"]),

        new("file-spread", [("src/A.cs", Lines(61, "//")), ("src/B.cs", Lines(61, "//")), ("src/C.cs", Lines(201, "//"))],
            ["src:1", "src:1"]),
        new("file-spread",
            [("src/A.cs", Lines(60, "//")), ("src/B.cs", Lines(60, "//")), ("src/C.cs", Lines(200, "//")),
            ("tests/D.cs", Lines(300, "//"))], []),

        new("line-length", [("src/A.cs", $"{new string('/', 140)}\n{new string('/', 141)}\r\n"), ("src/P.razor", new string('a', 141))],
            ["src/A.cs:2", "src/P.razor:1"]),

        new("folder-size",
            [
                .. Enumerable.Range(1, 12).Select(i => ($"src/Full/F{i}.cs", "")), ("src/Full/README.md", ""),
                .. Enumerable.Range(1, 13).Select(i => ($"src/Over/F{i}.cs", "")),
                .. Enumerable.Range(1, 7).SelectMany(i => new[] { ($"src/Pages/P{i}.razor", ""), ($"src/Pages/P{i}.razor.cs", "") }),
            ],
            ["src/Over:1"]),

        new("method-length",
            [
                ("src/A.cs",
                    $"class A\n{{\n/// <summary>Not counted.</summary>\n[Fact]\n[Theory]\nvoid Fits() {{\n{Body}}}\n[Fact]\n"
                    + $"void Over() {{\n{Body}_ = 2;\n}}\n}}\n"),
                ("src/Program.cs", $"using System;\n{Body}_ = 2;\n_ = 3;\n_ = 4;\nclass B;\n"),
            ],
            ["src/A.cs:46", "src/Program.cs:1"]),

        new("method-limit",
            [("src/A.cs",
                $"class A\n{{\nvoid Fits() {{\n{Lines(68, "_ = 1;")}}}\nint Over => 1 switch {{\n{Lines(69, "_ => 1,")}}};\n}}\n")],
            ["src/A.cs:73"]),

        new("nesting",
            [
                ("src/A.cs", """
                    class A
                    {
                        void Fits(int n)
                        {
                            foreach (var x in new[] { 1 })
                                if (n == 1) { if (n == 2) return; } else if (n == 3) { if (n == 4) return; }
                            Run(() => { try { while (true) { if (n > 1) break; } } finally { } });
                        }
                        void Over(int n)
                        {
                            using (Open()) using (Open())
                                for (;;)
                                    if (n == 1)
                                        lock (this)
                                            n++;
                        }
                    }
                    """),
            ],
            ["src/A.cs:14"]),

        new("constructor-parameters",
            [
                ("src/A.cs", """
                    class Fits(int a, int b, int c, int d, int e, int f);
                    class Over(int a, int b, int c, int d, int e, int f, int g);
                    class Old { Old(int a, int b, int c, int d, int e, int f, int g) { } }
                    struct Value(int a, int b, int c, int d, int e, int f, int g);
                    interface I { void Method(int a, int b, int c, int d, int e, int f, int g); }
                    record Row(int A, int B, int C, int D, int E, int F, int G);
                    """),
            ],
            ["src/A.cs:2", "src/A.cs:3", "src/A.cs:4"]),

        new("partial-classes",
            [
                Project("Kernel"), Project("Cli"),
                ("src/Kernel/M.cs", "namespace N;\npartial class M;\n"),
                ("src/Kernel/M.More.cs", "namespace N;\npartial class M;\n"),
                ("src/Kernel/Log.cs", "namespace N;\npartial class Log { [LoggerMessage] partial void Said(); }\n"),
                ("src/Kernel/Page.razor", ""), ("src/Kernel/Page.razor.cs", "namespace N;\npartial class Page;\n"),
                ("src/Kernel/Other.cs", "namespace N;\npartial class M<T>;\nclass Outer { partial class Log; }\n"),
                ("src/Cli/Log.cs", "namespace N;\npartial class Log;\n"),
            ],
            ["src/Kernel/M.More.cs:2"]),

        new("regions", [("src/A.cs", "class A\n{\n#region Hidden\n#endregion\nstring s = \"\"\"\n#region not one\n\"\"\";\n}\n")],
            ["src/A.cs:3"]),

        new("test-volume",
            [
                Project("BuildRunner"), ("src/BuildRunner/A.cs", $"{Lines(100, "//")}{Lines(100, " ")}"),
                ("tests/BuildRunner.Tests/T.cs", Lines(80, "//")),
                Project("GitWebhooks"), ("src/GitWebhooks/A.cs", Lines(100, "//")),
                ("tests/GitWebhooks.Tests/T.cs", $"{Lines(79, "//")}{Lines(9, "")}"),
                Project("Kernel"), ("src/Kernel/A.cs", Lines(10, "//")), ("tests/Kernel.Tests/T.cs", Lines(7, "//")),
                Project("Cli"), ("src/Cli/A.cs", "//\n"), ("tests/CliOther.Tests/T.cs", "//\n"),
                Project("Ui"), ("src/Ui/A.cs", Lines(10, "//")), ("src/Ui/P.razor", Lines(99, "<p></p>")),
                ("tests/Ui.Tests/T.cs", Lines(8, "//")),
                Project("Server"), ("src/Server/A.cs", Lines(10, "//")), ("tests/Server.Tests/T.razor", Lines(8, "<p></p>")),
                ("tests/EndToEnd/EndToEnd.csproj", "<Project />"), ("tests/EndToEnd/T.cs", "//\n"),
                Project("Scheduler"), ("src/Scheduler/Core/A.cs", Lines(100, "//")),
                ("tests/Scheduler.Tests/Core/T.cs", Lines(60, "//")), ("tests/Scheduler.Tests/Simulation/T.cs", Lines(60, "//")),
                Project("DeployStages"), ("src/DeployStages/Core/A.cs", Lines(100, "//")),
                ("tests/DeployStages.Tests/Core/T.cs", Lines(119, "//")), ("tests/DeployStages.Tests/T.cs", Lines(60, "//")),
            ],
            ["src/GitWebhooks:1", "src/Kernel:1", "src/Cli:1", "src/Server:1", "src/DeployStages/Core:1"]),
    ];
}
