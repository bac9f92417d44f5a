namespace Eventide.JmesPath;

/// <summary>A text that is not one JSON value, or is deeper than allowed.</summary>
public sealed class JmesDocumentException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">What is wrong, and where.</param>
    public JmesDocumentException(JmesDocumentError error)
        : base(error.ToString()) => Error = error;

    /// <summary>What is wrong, and where.</summary>
    public JmesDocumentError Error { get; }
}
