using Eventide.JmesPath;

namespace Eventide;

/// <summary>Computes the lane of a message from a JMESPath expression.</summary>
internal sealed class LaneKey(string expression)
{
    private readonly JmesExpression _expression = Rule.Parse(expression);
    private readonly MessageDocument _document = new();

    /// <summary>The value as text; null, and an expression that fails on the message, mean no lane. One caller at a time.</summary>
    public string? Of(Message message)
    {
        _document.Load(message);
        try
        {
            var value = _expression.Evaluate(_document.Root);
            return value.Kind switch
            {
                JmesKind.Null => null,
                JmesKind.String => value.GetString(),
                _ => value.ToJson(),
            };
        }
        catch (JmesPathException)
        {
            // Documented: a message for which there is no value has no order to keep.
            return null;
        }
        finally
        {
            _document.Clear();
        }
    }
}
