using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Eventide.Queues.Sqs.Tests;

/// <summary>One call to the stub.</summary>
/// <param name="Action">The action.</param>
/// <param name="Body">The request's JSON.</param>
/// <param name="Context">The HTTP around it.</param>
/// <param name="Number">Which call of the action it is, from 1.</param>
internal sealed record StubCall(string Action, JsonElement Body, HttpContext Context, int Number)
{
    /// <summary>The headers, kept from the connection's reuse.</summary>
    public Dictionary<string, string> Headers { get; } =
        Context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    public IEnumerable<JsonElement> Entries => Body.GetProperty(nameof(Entries)).EnumerateArray();

    public string? Text(string name) => Body.TryGetProperty(name, out var value) ? value.ToString() : null;

    public async Task AnswerAsync(string json, int status = 200)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Context.Response.StatusCode = status;
        Context.Response.ContentType = "application/x-amz-json-1.0";
        Context.Response.ContentLength = bytes.Length;
        await Context.Response.Body.WriteAsync(bytes, Context.RequestAborted);
    }

    public Task AnswerAllDoneAsync() =>
        AnswerAsync($$"""{"Successful":[{{string.Join(',', Entries.Select(e => $$"""{"Id":"{{e.GetProperty("Id")}}"}"""))}}],"Failed":[]}""");

    public Task AnswerSentAsync() => AnswerAsync(
        $$"""
        {"Successful":[{{string.Join(',', Entries.Select(e =>
            $$"""{"Id":"{{e.GetProperty("Id")}}","MessageId":"m{{e.GetProperty("Id")}}","MD5OfMessageBody":"{{StubSqs.Md5(e.GetProperty("MessageBody").GetString()!)}}"}"""))}}]}
        """);

    public Task FailAsync(string code, string message = "because", int status = 400) =>
        AnswerAsync(JsonSerializer.Serialize(new Dictionary<string, string> { ["__type"] = "com.amazonaws.sqs#" + code, ["message"] = message }), status);

    public Task CutAsync()
    {
        Context.Abort();
        return Task.CompletedTask;
    }

    public override string ToString() => $"{Action} #{Number.ToString(CultureInfo.InvariantCulture)} {Body}";
}
