using System.Globalization;
using System.Text;

namespace Eventide.JmesPath.Syntax;

/// <summary>Cuts an expression into tokens, one at a time.</summary>
internal sealed class Lexer(string text, JmesPathOptions options)
{
    private int _position;

    public Token Next()
    {
        while (_position < text.Length && text[_position] is ' ' or '\t' or '\n' or '\r') _position++;
        if (_position == text.Length) return new(TokenKind.End, _position, _position);
        var c = text[_position];
        if (char.IsAsciiLetter(c) || c == '_') return Identifier();
        if (char.IsAsciiDigit(c) || c == '-') return Number();
        return c switch
        {
            '"' => QuotedIdentifier(),
            '\'' => RawString(),
            '`' => JsonLiteral(),
            '.' => Take(TokenKind.Dot, 1),
            '*' => Take(TokenKind.Star, 1),
            '@' => Take(TokenKind.At, 1),
            '(' => Take(TokenKind.LeftParenthesis, 1),
            ')' => Take(TokenKind.RightParenthesis, 1),
            ']' => Take(TokenKind.RightBracket, 1),
            '{' => Take(TokenKind.LeftBrace, 1),
            '}' => Take(TokenKind.RightBrace, 1),
            ',' => Take(TokenKind.Comma, 1),
            ':' => Take(TokenKind.Colon, 1),
            '[' => Peek('?') ? Take(TokenKind.Filter, 2) : Peek(']') ? Take(TokenKind.Flatten, 2) : Take(TokenKind.LeftBracket, 1),
            '|' => Peek('|') ? Take(TokenKind.Or, 2) : Take(TokenKind.Pipe, 1),
            '&' => Peek('&') ? Take(TokenKind.And, 2) : Take(TokenKind.Ampersand, 1),
            '!' => Peek('=') ? Take(TokenKind.NotEqual, 2) : Take(TokenKind.Not, 1),
            '<' => Peek('=') ? Take(TokenKind.LessOrEqual, 2) : Take(TokenKind.Less, 1),
            '>' => Peek('=') ? Take(TokenKind.GreaterOrEqual, 2) : Take(TokenKind.Greater, 1),
            '=' when Peek('=') => Take(TokenKind.Equal, 2),
            '=' => throw Fault("'=' alone is no comparator; write == to compare", _position),
            _ => throw Fault($"{Show(c)} cannot be part of an expression; a name with such characters is written in double quotes", _position),
        };
    }

    private static string Show(char c) => char.IsControl(c) || char.IsSurrogate(c)
        ? string.Create(CultureInfo.InvariantCulture, $"The character U+{(int)c:X4}") : $"'{c}'";

    private JmesPathException Fault(string reason, int position) => new(JmesErrorKind.Syntax, reason, position, text);

    private bool Peek(char next) => _position + 1 < text.Length && text[_position + 1] == next;

    private Token Take(TokenKind kind, int length)
    {
        var start = _position;
        _position += length;
        return new(kind, start, _position);
    }

    private Token Identifier()
    {
        var start = _position;
        while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '_')) _position++;
        return new(TokenKind.Identifier, start, _position, text[start.._position]);
    }

    /// <summary>An integer; in the relaxed dialect also with fraction and exponent.</summary>
    private Token Number()
    {
        var start = _position;
        if (text[_position] == '-') _position++;
        if (!SkipDigits()) throw Fault("A digit was expected after '-'", _position);
        if (options.Dialect == JmesDialect.Relaxed)
        {
            var integerEnd = _position;
            if (_position < text.Length && text[_position] == '.')
            {
                _position++;
                if (!SkipDigits()) _position = integerEnd;
            }
            var mantissaEnd = _position;
            if (_position < text.Length && text[_position] is 'e' or 'E')
            {
                _position++;
                if (_position < text.Length && text[_position] is '+' or '-') _position++;
                if (!SkipDigits()) _position = mantissaEnd;
            }
        }
        return new(TokenKind.Number, start, _position);
    }

    private bool SkipDigits()
    {
        var start = _position;
        while (_position < text.Length && char.IsAsciiDigit(text[_position])) _position++;
        return _position > start;
    }

    private Token QuotedIdentifier()
    {
        var start = _position;
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                _position = i + 1;
                var name = Json(text[start.._position], start, "The name in double quotes is not written as a JSON string");
                return new(TokenKind.QuotedIdentifier, start, _position, name.GetString());
            }
        }
        throw Fault("The double quote is never closed", start);
    }

    /// <summary>Text in single quotes; a backslash before a single quote is dropped, every other one stays.</summary>
    private Token RawString()
    {
        var start = _position;
        var content = Quoted('\'', "The single quote is never closed");
        return new(TokenKind.Literal, start, _position, Literal: JmesValue.FromValidUtf8(Encoding.UTF8.GetBytes(content)));
    }

    /// <summary>JSON in backticks; a backslash before a backtick is dropped, every other one stays.</summary>
    private Token JsonLiteral()
    {
        var start = _position;
        var content = Quoted('`', "The backtick is never closed");
        return new(TokenKind.Literal, start, _position, Literal: Json(content, start, "The text in backticks is not JSON (a string needs double quotes inside)"));
    }

    private string Quoted(char quote, string unclosed)
    {
        var start = _position;
        var content = new StringBuilder();
        for (var i = start + 1; i < text.Length; i++)
        {
            var c = text[i];
            if (c == quote)
            {
                _position = i + 1;
                return content.ToString();
            }
            if (c == '\\' && i + 1 < text.Length)
            {
                i++;
                if (text[i] != quote) content.Append(c);
                c = text[i];
            }
            content.Append(c);
        }
        throw Fault(unclosed, start);
    }

    private JmesValue Json(string json, int position, string reason)
    {
        var document = new JmesDocument(options.MaxDocumentDepth);
        if (document.TryLoad(Encoding.UTF8.GetBytes(json), out var error)) return Literals.Simplify(document.Root);
        throw error.Fault == JmesDocumentFault.TooDeep
            ? new JmesPathException(JmesErrorKind.LimitExceeded, error.Reason, position, text)
            : Fault($"{reason}: {error.Reason}", position);
    }
}
