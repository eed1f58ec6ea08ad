using static Pipeline.Server.Tests.Tidy.Planted.PlantedCase;

namespace Pipeline.Server.Tests.Tidy.Planted;

internal static class BoundaryCases
{
    private static readonly (string Path, string Text)[] Scheduler =
    [
        Project("Scheduler"),
        ("src/Scheduler/SchedulerModule.cs",
            "namespace Pipeline.Scheduler;\npublic static class SchedulerModule { public static void AddScheduler(this string s) { } }\n"),
        ("src/Scheduler/SchedulerOptions.cs", "namespace Pipeline.Scheduler;\npublic class SchedulerOptions;\n"),
        ("src/Scheduler/Contract/SchedulerCommands.cs", "namespace Pipeline.Scheduler.Contract;\npublic class SchedulerCommands;\n"),
        ("src/Scheduler/Data/Store.cs",
            "namespace Pipeline.Scheduler.Data;\npublic class Store;\npublic delegate void Saved();\ninternal class Row;\n"),
        ("src/Scheduler/Jobs/NamedJob.cs", "namespace Pipeline.Scheduler.Jobs;\npublic class NamedJob;\n"),
        ("src/Scheduler/Jobs/OtherJob.cs", "namespace Pipeline.Scheduler.Jobs;\npublic class OtherJob;\n"),
    ];

    private static readonly (string Path, string Text) Flow =
        ("src/Server/Flow.cs",
            "using Pipeline.Scheduler.Jobs;\nnamespace Pipeline.Server;\nclass Flow { void On() { Enqueue<NamedJob>(); } }\n");

    public static readonly PlantedCase[] All =
    [
        new("project-references",
            [
                Project("Kernel"),
                Project("Cli", "<ProjectReference Include=\"../Kernel/Kernel.csproj\" />"),
                Project("Scheduler",
                    "<ProjectReference Include=\"../Kernel/Kernel.csproj\" />\n"
                    + "<ProjectReference Include=\"../DeployStages/DeployStages.csproj\" />"),
                Project("Unheard"),
            ],
            ["src/Cli/Cli.csproj:3", "src/Scheduler/Scheduler.csproj:4", "src/Unheard/Unheard.csproj:1"]),

        new("public-types",
            [
                .. Scheduler, Flow, Project("Server"), Project("Kernel"), Project("Cli"),
                ("src/Kernel/Digest.cs", "namespace Pipeline.Kernel;\npublic class Digest;\n"),
                ("src/Cli/Command.cs", "namespace Pipeline.Cli;\npublic class Command;\ninternal class Hidden { public class Inner; }\n"),
            ],
            ["src/Scheduler/Data/Store.cs:2", "src/Scheduler/Data/Store.cs:3", "src/Scheduler/Jobs/OtherJob.cs:2", "src/Cli/Command.cs:2"]),

        new("slice-boundaries",
            [
                .. Scheduler, Flow, Project("Server", "<ProjectReference Include=\"../Scheduler/Scheduler.csproj\" />"),
                ("src/Server/Host.cs",
                    "using Pipeline.Scheduler;\nnamespace Pipeline.Server;\n"
                    + "class Host { void Go(SchedulerOptions o) { \"\".AddScheduler(); } }\n"),
                ("src/Server/Reader.cs",
                    "namespace Pipeline.Server;\nclass Reader {\nScheduler.Data.Store? store;\n"
                    + "Scheduler.Contract.SchedulerCommands? fine;\n}\n"),
                ("src/Server/Page.razor", "@page \"/\"\n@using Pipeline.Scheduler.Contract\n@using Pipeline.Scheduler.Data\n"),
                Project("DeployStages", "<ProjectReference Include=\"../Scheduler/Scheduler.csproj\" />"),
                ("src/DeployStages/Rollout.cs",
                    "using Pipeline.Scheduler.Contract;\nusing Pipeline.Scheduler;\nnamespace Pipeline.DeployStages;\nclass Rollout {\n"
                    + "SchedulerOptions? o; }\n"),
            ],
            [
                "src/Server/Reader.cs:3", "src/Server/Page.razor:3", "src/DeployStages/Rollout.cs:2", "src/DeployStages/Rollout.cs:5",
            ]),

        new("wire-types",
            [
                Project("Mesos"), Project("LocalMesos"), Project("Scheduler"),
                ("src/LocalMesos/A.cs", "using Pipeline.Mesos.Wire;\nnamespace Pipeline.LocalMesos;\n"),
                ("src/Scheduler/B.cs",
                    "using Pipeline.Mesos;\nusing Wire = Pipeline.Mesos.Wire.Scheduler;\nnamespace Pipeline.Scheduler;\nclass B {\n"
                    + "Pipeline.Mesos.Wire.Call? c; }\n"),
            ],
            ["src/Scheduler/B.cs:2", "src/Scheduler/B.cs:5"]),

        new("commands-take-caller",
            [
                Project("DeployStages"),
                ("src/DeployStages/Contract/PromotionCommands.cs", """
                    namespace Pipeline.DeployStages.Contract;
                    public sealed class PromotionCommands
                    {
                        public Task ApproveAsync(Caller by, Guid id, CancellationToken ct) => Task.CompletedTask;
                        public Task RejectAsync(Guid id, CancellationToken ct) => Task.CompletedTask;
                        public void Hold() { }
                        private void Check(int n) { }
                    }
                    public sealed class PromotionQueries { public int Count() => 1; }
                    internal sealed class InnerCommands { public void Go() { } }
                    """),
                ("src/DeployStages/Core/Commands.cs",
                    "namespace Pipeline.DeployStages.Core;\npublic class CoreCommands { public void Go() { } }\n"),
            ],
            ["src/DeployStages/Contract/PromotionCommands.cs:5", "src/DeployStages/Contract/PromotionCommands.cs:6"]),
    ];
}
