namespace Eventide.JmesPath.Evaluation;

/// <summary>
/// What one evaluation carries along: the first error. Nodes go on with null after an error, which is harmless, and only loops and
/// calls of registered functions look at it; whoever started the evaluation reports it.
/// </summary>
internal struct EvaluationState
{
    private JmesEvaluationError _error;

    public bool HasError { get; private set; }

    public readonly JmesEvaluationError Error => _error;

    public JmesValue Fail(in JmesEvaluationError error)
    {
        if (!HasError)
        {
            _error = error;
            HasError = true;
        }
        return JmesValue.Null;
    }
}
