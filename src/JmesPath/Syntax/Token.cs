using System.Runtime.InteropServices;

namespace Eventide.JmesPath.Syntax;

/// <summary>A piece of an expression's text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first character.</param>
/// <param name="End">The character after it.</param>
/// <param name="Name">An identifier's name.</param>
/// <param name="Literal">A literal's value.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Token(TokenKind Kind, int Start, int End, string? Name = null, JmesValue Literal = default);
