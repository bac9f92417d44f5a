namespace Eventide;

/// <summary>How several rules of one handler are combined.</summary>
public enum Match
{
    /// <summary>Every rule must hold (the seeds' <c>operator=all</c>). The default.</summary>
    All = 0,

    /// <summary>One rule is enough (the seeds' <c>operator=any</c>).</summary>
    Any = 1,
}
