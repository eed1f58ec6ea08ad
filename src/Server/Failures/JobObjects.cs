using Dapper;
using Hangfire.Common;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Jobs.Failures;

namespace Pipeline.Server.Failures;

/// <summary>
/// What a call of a job is about, from the names of its arguments; with its repository, commit and build, read across slices, so that
/// each page finds what failed of its object.
/// </summary>
internal sealed class JobObjects(NpgsqlDataSource db)
{
    private static readonly Dictionary<string, string> Parents = new()
    {
        ["delivery"] = "SELECT repository_id, NULL::text AS sha, NULL::uuid AS build_id FROM git.delivery WHERE id = @id::uuid",
        ["status"] = "SELECT repository_id, sha, NULL::uuid AS build_id FROM git.status WHERE id = @id::uuid",
        ["build"] = "SELECT repository_id, sha, id AS build_id FROM build.build WHERE id = @id::uuid",
        ["run"] = """
            SELECT b.repository_id, b.sha, b.id AS build_id FROM build.module_build m JOIN build.build b ON b.id = m.build_id
             WHERE m.run_id = @id
            """,
        ["release"] = "SELECT repository_id, commit_sha AS sha, build_id FROM artifact.release WHERE digest = @id",
        ["promotion"] = "SELECT repository_id, commit_sha AS sha, build_id FROM stages.promotion WHERE id = @id::uuid",
        ["deploy"] = """
            SELECT p.repository_id, p.commit_sha AS sha, p.build_id FROM stages.deploy d JOIN stages.promotion p ON p.id = d.promotion_id
             WHERE d.cluster || '/' || d.deploy_id = @id
            """,
    };

    /// <summary>By the arguments alone.</summary>
    public static JobObject Of(Job job)
    {
        var names = job.Method.GetParameters();
        var arguments = names.Zip(job.Args, (p, value) => (Name: p.Name!, Value: value?.ToString() ?? ""))
            .ToDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal);
        string? Argument(string name) => arguments.GetValueOrDefault(name);

        if (Argument("sha") is { } sha && (Argument("repositoryId") ?? Argument("repository")) is { } repository)
        {
            return new JobObject("commit", sha)
            {
                Repository = new RepositoryId(Guid.Parse(repository)), Commit = CommitSha.TryParse(sha, out var commit) ? commit : null,
            };
        }

        return Argument("deliveryId") is { } delivery ? new JobObject("delivery", delivery)
            : Argument("statusId") is { } status ? new JobObject("status", status)
            : Argument("buildId") is { } build ? new JobObject("build", build)
            : Argument("runId") is { } run ? new JobObject("run", run)
            : Argument("release") is { } release ? new JobObject("release", release)
            : Argument("promotion") is { } promotion ? new JobObject("promotion", promotion)
            : Argument("deployId") is { } deploy ? new JobObject("deploy", $"{Argument("cluster")}/{deploy}")
            : Argument("stage") is { } stage ? new JobObject("stage", stage)
            : new JobObject("job", job.Type.Name);
    }

    /// <summary>With what the rows say of it besides. Reads in the connection that the caller's transaction is on, if any.</summary>
    public JobObject WithParents(JobObject about)
    {
        if (!Parents.TryGetValue(about.Kind, out var sql))
            return about;
        using var connection = db.OpenConnection();
        return connection.QueryFirstOrDefault<Row>(sql, new { id = about.Id }) is { } row
            ? about with
            {
                Repository = row.RepositoryId is { } repository ? new RepositoryId(repository) : null,
                Commit = row.Sha is { } sha ? CommitSha.Parse(sha) : null,
                Build = row.BuildId is { } build ? new BuildId(build) : null,
            }
            : about;
    }

    private sealed class Row
    {
        public Guid? RepositoryId { get; init; }
        public string? Sha { get; init; }
        public Guid? BuildId { get; init; }
    }
}
