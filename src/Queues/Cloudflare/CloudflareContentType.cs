namespace Eventide.Queues.Cloudflare;

/// <summary>How bodies are handed to Cloudflare.</summary>
public enum CloudflareContentType
{
    /// <summary>As text, which the server keeps byte for byte. The default.</summary>
    Text = 0,

    /// <summary>A body that is one JSON value is sent as JSON, so that a Worker consumer sees an object rather than a string. The
    /// server may write it anew (number forms, white space); any other body is sent as text.</summary>
    Json = 1,
}
