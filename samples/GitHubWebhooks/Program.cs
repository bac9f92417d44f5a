using GitHubWebhooks;

if (Webhooks.Find(AppContext.BaseDirectory) is not { } file)
{
    Console.Error.WriteLine("The payloads are not here yet; run: npm install --prefix samples/GitHubWebhooks");
    return 2;
}

var webhooks = Webhooks.Read(file);
var counts = await Router.CountAsync(webhooks);

Console.WriteLine($"{webhooks.Count} webhooks through {Rules.All.Count} rules:");
foreach (var (rule, count) in counts)
{
    Console.WriteLine($"{count,5}  {rule.Name}");
    Console.WriteLine($"       {rule.Expression}");
}

return 0;
