using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Connection;

/// <summary>A Lua script that the server runs as one step. Called by its digest; the server forgets scripts when it restarts.</summary>
internal sealed class RedisScript
{
    private readonly string _text;
    private readonly string _digest;

    /// <summary>Creates a script.</summary>
    /// <param name="text">The script.</param>
    [SuppressMessage("Security", "CA5350", Justification = "EVALSHA names scripts by SHA-1; no secret hangs on it.")]
    public RedisScript(string text)
    {
        _text = text;
        _digest = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Reads a script that is embedded in this assembly.</summary>
    /// <param name="name">Its file's name, without <c>.lua</c>.</param>
    public static RedisScript Load(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"{name}.lua")
            ?? throw new InvalidOperationException($"The assembly lacks the script {name}.lua.");
        using var reader = new StreamReader(stream);
        return new RedisScript(reader.ReadToEnd().ReplaceLineEndings("\n"));
    }

    /// <summary>Writes a call.</summary>
    /// <param name="keys">The script's keys.</param>
    /// <param name="arguments">Writes the arguments.</param>
    /// <param name="byDigest">Whether the server is thought to have the script.</param>
    public RedisRequest Call(ReadOnlySpan<string> keys, Action<RedisRequest> arguments, bool byDigest)
    {
        var request = new RedisRequest(byDigest ? "EVALSHA" : "EVAL", byDigest ? 512 : 4096)
            .Add(byDigest ? _digest : _text)
            .Add(keys.Length);
        foreach (var key in keys)
        {
            request.Add(key);
        }

        arguments(request);
        return request;
    }
}
