using static Pipeline.Server.Tests.Tidy.Planted.PlantedCase;

namespace Pipeline.Server.Tests.Tidy.Planted;

internal static class WordCases
{
    public static readonly PlantedCase[] All =
    [
        new("type-suffixes",
            [("src/A.cs",
                "class TaskManager;\nclass GitHelper;\nrecord RunnerDoors;\nenum Manage;\nclass BaseAddress;\nclass ManagerOf;\n"
                + "interface IUtil;\n")],
            ["src/A.cs:1", "src/A.cs:2", "src/A.cs:3", "src/A.cs:7"]),

        new("slang",
            [
                Project("Cli"),
                ("src/Cli/A.cs", """
                    class Deeds
                    {
                        bool cancelAsked;
                        void TakeUp(int wish) { }
                        void TakeBack(int upTake) { var shear = 1; var wishbone = 2; foreach (var told in new[] { shear }) { } }
                        void Handle() { Console.Told(Obey: 1); }
                        int RunWishes { get; }
                        enum E { MeetStranger }
                        void The_operator_is_told_what_he_asked() { }
                    }
                    """),
            ],
            [
                "src/Cli/A.cs:1", "src/Cli/A.cs:3", "src/Cli/A.cs:4", "src/Cli/A.cs:4", "src/Cli/A.cs:5", "src/Cli/A.cs:7",
                "src/Cli/A.cs:8", "src/Cli/A.cs:8",
            ]),

        new("unfinished",
            [
                ("src/A.cs",
                    $"class A\n{{\n// {"TO" + "DO"}: later\nint B => throw new NotImplementedException();\nstring s = \"{"TO" + "DO"}\";\n"
                    + "bool Is(Exception e) => e is NotImplementedException;\n}\n"),
            ],
            ["src/A.cs:3", "src/A.cs:4"]),

        new("documented-names",
            [
                Project("Scheduler"),
                ("src/Scheduler/Core/Machine.cs", "namespace Pipeline.Scheduler.Core;\nclass Machine { void Wake() { } }\n"),
                ("src/Scheduler/README.md",
                    "`Core/`\n`Core/Machine.cs`\n`Core/Gone.cs`\n`Machine.Wake`\n`Machine.Sleep()`\n`scheduler.task`\n`Wake`\n"
                    + "[up](../../README.md)\n[up](../README.md)\n"),
                ("README.md",
                    "`src/Scheduler/`, `Machine.cs`\n`src/Gone`\n```\n`src/InACodeBlock`\n```\n`src/<Slice>/README.md`\n"
                    + "[gone](docs/gone.md) [web](https://example.org/a.md)\n"),
                ("docs/adr/0001-why.md", "`src/Gone`\n[gone](gone.md)\n[up](../../README.md#part)\n[down](../gone.md#part)\n"),
                ("CHANGELOG.md", "`src/Former`\n"),
            ],
            [
                "src/Scheduler/README.md:3", "src/Scheduler/README.md:5", "src/Scheduler/README.md:9", "README.md:2", "README.md:7",
                "docs/adr/0001-why.md:1", "docs/adr/0001-why.md:2", "docs/adr/0001-why.md:4",
            ]),
    ];
}
