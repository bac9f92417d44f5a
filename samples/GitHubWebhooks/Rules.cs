namespace GitHubWebhooks;

/// <summary>Rules as a team might have them. The event's name is in the attributes, as the header X-GitHub-Event says it, the payload in the body.</summary>
/// <remarks>A function that is given null where it wants an array or a string fails, and the rule then counts as failed, not only as
/// unmatched; so such rules ask first whether the thing is there. "!" binds tighter than ".": not of a path needs parentheses.</remarks>
public static class Rules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("pull requests to review", """attributes."x-github-event" == 'pull_request' && body.action == 'opened' && !(body.pull_request.draft)"""),
        new("small pull requests", "body.pull_request.additions <= 10 && body.pull_request.changed_files == 1"),
        new("bugs", "body.issue.labels && contains(body.issue.labels[].name, 'bug')"),
        new("issues that nobody looks after", "body.issue.state == 'open' && body.issue.comments == 0 && length(body.issue.assignees) == 0"),
        new("taken on by oneself", "body.assignee && body.assignee.login == body.sender.login"),
        new("what bots do", "body.sender && (body.sender.type == 'Bot' || ends_with(body.sender.login, '[bot]'))"),
        new("pushes to the default branch", """attributes."x-github-event" == 'push' && body.ref == join('/', ['refs', 'heads', body.repository.default_branch])"""),
        new("pushes that change files", "body.commits[?length(modified) > 0 || length(added) > 0 || length(removed) > 0]"),
        new("tags", """contains(['create', 'delete'], attributes."x-github-event") && body.ref_type == 'tag'"""),
        new("what did not succeed", "not_null(body.check_run, body.check_suite, body.workflow_run, body.workflow_job, `{}`).conclusion != null && not_null(body.check_run, body.check_suite, body.workflow_run, body.workflow_job).conclusion != 'success'"),
        new("jobs with a step that is done", "body.workflow_job.steps[?status == 'completed' && number > 1]"),
        new("grave advisories", "contains(['high', 'critical'], not_null(body.security_advisory.severity, body.alert.security_advisory.severity, body.alert.severity, ''))"),
        new("advisories with a fix", "body.security_advisory.vulnerabilities[?first_patched_version.identifier]"),
        new("releases with nothing to download", "body.release && length(body.release.assets) == 0"),
        new("final releases before version 1", "body.release && !(body.release.prerelease || body.release.draft) && starts_with(body.release.tag_name, '0.')"),
        new("comments with emoji in them", "body.comment && (contains(body.comment.body, ':+1:') || contains(body.comment.body, 'emoji'))"),
        new("repositories on the move", """attributes."x-github-event" == 'repository' && (body.action == 'transferred' || body.action == 'renamed')"""),
        new("private repositories", "body.repository.private == true"),
        new("busy repositories", "body.repository.open_issues_count > 2 && body.repository.forks_count <= 1"),
        new("deployments to production", "body.deployment && contains(body.deployment.environment, 'production')"),
        new("apps that may write", "body.installation.permissions && contains(values(body.installation.permissions), 'write')"),
    ];
}
