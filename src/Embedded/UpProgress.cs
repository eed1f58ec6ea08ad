using System.Diagnostics;
using System.Globalization;
using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;

namespace Pipeline.Embedded;

/// <summary>Tells a person at the terminal, line by line, how a commit comes to production.</summary>
internal sealed class UpProgress(EmbeddedOptions options, TimeProvider time, TextWriter output)
{
    private readonly long start = time.GetTimestamp();
    private readonly DateTimeOffset startedAt = time.GetUtcNow();

    public void Say(string text) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(start).TotalSeconds,6:0.0}s  {text}"));

    /// <summary>Follows the commit in the journal until it runs in the last stage and answers there, or cannot get there.</summary>
    /// <returns>False when it ended on the way; the reason was said.</returns>
    public async Task<bool> FollowAsync(JournalReader journal, CommitSha commit, CancellationToken ct)
    {
        var subject = new JournalSubject { Commit = commit };
        var last = 0L;
        while (true)
        {
            var entries = await journal.AboutAsync(subject, before: null, limit: 1000, ct);
            foreach (var entry in entries.Where(e => e.Id > last).Reverse())
            {
                last = entry.Id;
                if (entry.At >= startedAt && Sentence(entry.Event) is { } sentence)
                    Say(sentence);
                if (FailureOf(entry.Event) is { } failure)
                {
                    Say($"stopped: {failure}");
                    Say($"see {options.Url}/commits/{commit}");
                    return false;
                }

                if (entry.Event is PromotionSucceeded { Stage: "production" })
                    return await AnswersAsync(ct);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
        }
    }

    /// <summary>What a person can do next.</summary>
    public async Task ExplainAsync(SampleRepository? sample)
    {
        await output.WriteLineAsync($"""

            Pipeline serves {options.Url}   (administrator's token: {options.Folder("admin-token")})
            """);
        if (sample is not null)
            await output.WriteLineAsync($"""

                Your turn:
                  git clone {sample.CloneUrl} hello && cd hello
                  # change the greeting in Program.cs, then
                  git commit -am "Greet everybody" && git push
                  # and watch it go to production: {options.Url}/repos/{SampleRepository.Owner}/{SampleRepository.Name}
                  curl {options.TrafficUrl}/apps/production/hello/
                """);
        await output.WriteLineAsync("\nCtrl-C stops everything.");
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var address = $"{options.TrafficUrl}/apps/production/{SampleRepository.Name}/";
        var watch = Stopwatch.StartNew();
        string problem;
        do
        {
            try
            {
                var answer = await http.GetAsync(new Uri(address), ct);
                if (answer.IsSuccessStatusCode)
                {
                    Say($"production answers at {address}: {(await answer.Content.ReadAsStringAsync(ct)).Trim()}");
                    return true;
                }

                problem = $"HTTP {(int)answer.StatusCode}";
            }
            catch (HttpRequestException e)
            {
                problem = e.Message;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
        }
        while (watch.Elapsed < TimeSpan.FromSeconds(15));
        Say($"stopped: production is healthy but {address} does not answer: {problem}");
        return false;
    }

    private static string? Sentence(JournalEvent happened) => happened switch
    {
        CommitPushed e => $"pushed to {e.Branch} by {e.Pusher}",
        BuildPlanned e => $"build #{e.Number}: {string.Join(", ", e.Modules)}",
        StepStarted e => $"  {e.Module}: {e.Step} …",
        StepFinished e => $"  {e.Module}: {e.Step} {(e.ExitCode == 0 ? "done" : $"failed, exit {e.ExitCode}")}",
        BuildFinished e => $"build #{e.Number} {e.Outcome.ToString().ToLowerInvariant()}",
        ReleaseCreated e => $"release {e.Number} signed: {e.Release.ToString()[..19]}",
        PromotionWaiting { Blockers: [var first, ..] } e => $"  {e.Stage} waits: {first}",
        PromotionStarted e => $"deploying to {e.Stage}",
        PromotionBaking e => $"  healthy in {e.Stage}",
        PromotionSucceeded e => $"in {e.Stage}",
        _ => null,
    };

    private static string? FailureOf(JournalEvent happened) => happened switch
    {
        DefinitionRejected e => string.Join("; ", e.Problems),
        BuildFinished { Outcome: not Outcome.Succeeded } e => e.Reason ?? "the build did not succeed",
        PromotionFailed e => $"{e.Stage}: {e.Reason}",
        PromotionRolledBack e => $"{e.Stage} rolled back: {e.Reason}",
        PromotionRejected e => $"{e.Stage}: rejected by {e.Person}",
        PromotionSuperseded e => $"{e.Stage}: superseded",
        SecurityEventRaised e => $"{e.Code}: {e.Detail}",
        _ => null,
    };
}
