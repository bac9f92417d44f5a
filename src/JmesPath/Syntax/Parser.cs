using System.Globalization;
using Eventide.JmesPath.Functions;

namespace Eventide.JmesPath.Syntax;

/// <summary>
/// Parses the grammar of jmespath.org/specification.html by operator precedence (V. R. Pratt, "Top down operator precedence", 1973).
/// Binding powers below <see cref="ProjectionStop"/> end a projection.
/// </summary>
internal sealed class Parser
{
    private const int PipePower = 1;
    private const int OrPower = 2;
    private const int AndPower = 3;
    private const int ComparatorPower = 5;
    private const int FlattenPower = 9;
    private const int ProjectionStop = 10;
    private const int StarPower = 20;
    private const int FilterPower = 21;
    private const int DotPower = 40;
    private const int NotPower = 45;
    private const int BracketPower = 55;

    private const string AnExpression = "an expression";

    private readonly string _text;
    private readonly JmesPathOptions _options;
    private readonly Lexer _lexer;
    private Token _token;
    private Token _next;
    private TokenKind _previous = TokenKind.End;
    private int _consumed;
    private int _end;
    private int _depth;
    private int _nodes;

    // A fault of meaning counts only in a text without a fault of grammar, so it waits for the end.
    private JmesPathException? _fault;

    public Parser(string text, JmesPathOptions options)
    {
        _text = text;
        _options = options;
        if (text.Length > options.MaxExpressionLength)
        {
            throw new JmesPathException(
                JmesErrorKind.LimitExceeded,
                Invariant($"The expression is {text.Length} characters long; {options.MaxExpressionLength} are allowed"),
                options.MaxExpressionLength,
                text);
        }
        _lexer = new(text, options);
        _token = _lexer.Next();
        _next = _token.Kind == TokenKind.End ? _token : _lexer.Next();
    }

    public JmesNode Parse()
    {
        if (_token.Kind == TokenKind.End) throw Fault("The expression is empty", _token.Start);
        var root = Expression(0);
        if (_token.Kind != TokenKind.End) throw Expected("an operator or the end of the expression");
        return _fault is null ? root : throw _fault;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static int Power(TokenKind kind) => kind switch
    {
        TokenKind.Pipe => PipePower,
        TokenKind.Or => OrPower,
        TokenKind.And => AndPower,
        TokenKind.Equal or TokenKind.NotEqual or TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual => ComparatorPower,
        TokenKind.Flatten => FlattenPower,
        TokenKind.Star => StarPower,
        TokenKind.Filter => FilterPower,
        TokenKind.Dot => DotPower,
        TokenKind.LeftBracket => BracketPower,
        _ => 0,
    };

    private static bool IsComparator(TokenKind kind) => kind is >= TokenKind.Equal and <= TokenKind.GreaterOrEqual;

    private JmesNode Expression(int power)
    {
        if (++_depth > _options.MaxExpressionDepth) throw TooDeep(_token.Start);
        var first = _consumed;
        var left = Prefix();
        while (power < Power(_token.Kind))
        {
            // The relaxed dialect's words are literals only where one token is the whole operand.
            if (IsComparator(_token.Kind) && _consumed == first + 1) left = Relaxed(left);
            left = Infix(left);
        }
        _depth--;
        return left;
    }

    private JmesNode Prefix()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Literal:
                Advance();
                return Add(new LiteralNode(token.Start, token.End, token.Literal));
            case TokenKind.Identifier:
                Advance();
                return _token.Kind == TokenKind.LeftParenthesis ? Call(token) : Add(new FieldNode(token.Start, token.End, token.Name!, isQuoted: false));
            case TokenKind.QuotedIdentifier:
                Advance();
                if (_token.Kind == TokenKind.LeftParenthesis) throw Fault("A function's name is written without quotes", token.Start);
                return Add(new FieldNode(token.Start, token.End, token.Name!, isQuoted: true));
            case TokenKind.At:
                Advance();
                return Add(new CurrentNode(token.Start, token.End));
            case TokenKind.Star:
            {
                Advance();
                var left = Implied(token.Start);
                var right = Projected(StarPower);
                return Add(new ValueProjectionNode(left, right, _end));
            }
            case TokenKind.Filter:
                return Filter(Implied(token.Start));
            case TokenKind.Flatten:
                return Flatten(Implied(token.Start));
            case TokenKind.LeftBracket:
                Advance();
                return StartsIndex() ? Bracket(Implied(token.Start)) : MultiSelectList(token.Start);
            case TokenKind.LeftBrace:
                Advance();
                return MultiSelectHash(token.Start);
            case TokenKind.Not:
                Advance();
                return Add(new NotNode(token.Start, Expression(NotPower)));
            case TokenKind.LeftParenthesis:
            {
                Advance();
                var inner = Expression(0);
                Take(TokenKind.RightParenthesis, "')'");
                return inner;
            }
            case TokenKind.Number:
                return Number(token);
            case TokenKind.Ampersand:
                throw Fault("An expression reference (&...) can only be an argument of a function", token.Start);
            default:
                throw Expected(AnExpression);
        }
    }

    private JmesNode Infix(JmesNode left)
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Dot:
                Advance();
                if (_token.Kind != TokenKind.Star) return Add(new SubexpressionNode(left, AfterDot(DotPower)));
                Advance();
                var projected = Projected(StarPower);
                return Add(new ValueProjectionNode(left, projected, _end));
            case TokenKind.Pipe:
                Advance();
                return Add(new PipeNode(left, Expression(PipePower)));
            case TokenKind.Or:
                return Add(new OrNode(Operands(left, TokenKind.Or, OrPower)));
            case TokenKind.And:
                return Add(new AndNode(Operands(left, TokenKind.And, AndPower)));
            case TokenKind.Filter:
                return Filter(left);
            case TokenKind.Flatten:
                return Flatten(left);
            case TokenKind.LeftBracket:
                Advance();
                if (!StartsIndex()) throw Expected("an index, a slice, '*', '?' or ']'; to select several members write .[a, b]");
                return Bracket(left);
            case TokenKind.Star:
                throw Expected("an operator before '*', such as '.'");
            default:
            {
                Advance();
                var first = _consumed;
                var right = Expression(ComparatorPower);
                if (_consumed == first + 1) right = Relaxed(right);
                return Add(new ComparisonNode(left, JmesComparison.Equal + (token.Kind - TokenKind.Equal), right));
            }
        }
    }

    private JmesNode[] Operands(JmesNode left, TokenKind separator, int power)
    {
        var operands = new List<JmesNode> { left };
        while (_token.Kind == separator)
        {
            Advance();
            operands.Add(Expression(power));
        }
        return [.. operands];
    }

    /// <summary>In the relaxed dialect, a bare true, false or null beside a comparator is a literal.</summary>
    private JmesNode Relaxed(JmesNode operand)
    {
        if (_options.Dialect != JmesDialect.Relaxed || operand is not FieldNode { IsQuoted: false } field) return operand;
        JmesValue? value = field.Name switch
        {
            "true" => JmesValue.True,
            "false" => JmesValue.False,
            "null" => JmesValue.Null,
            _ => null,
        };
        return value is { } known ? new LiteralNode(field.Position, field.End, known) : operand;
    }

    /// <summary>In the relaxed dialect, a bare number beside a comparator is a literal.</summary>
    private LiteralNode Number(Token token)
    {
        var number = _text.AsSpan(token.Start, token.End - token.Start);
        if (_options.Dialect != JmesDialect.Relaxed) throw Fault($"A number is a literal only in backticks: `{number}`", token.Start);
        if (!IsComparator(_previous) && !IsComparator(_next.Kind))
            throw Fault($"A bare number can only stand beside a comparator; write `{number}` here", token.Start);
        if (Literals.Number(number) is not { } value) throw Fault($"{number} is not written as JSON writes numbers", token.Start);
        Advance();
        return Add(new LiteralNode(token.Start, token.End, value));
    }

    private FunctionCallNode Call(Token name)
    {
        Advance();
        var arguments = new List<JmesNode>();
        if (_token.Kind != TokenKind.RightParenthesis)
        {
            while (true)
            {
                arguments.Add(Argument());
                if (_token.Kind != TokenKind.Comma) break;
                Advance();
            }
        }
        Take(TokenKind.RightParenthesis, "',' or ')'");
        var function = BuiltInFunctions.Find(name.Name!) ?? _options.Functions?.Find(name.Name!);
        if (function is null)
            _fault ??= new(JmesErrorKind.UnknownFunction, UnknownFunction(name.Name!), name.Start, _text);
        else if (arguments.Count < function.MinArguments || arguments.Count > function.MaxArguments)
            _fault ??= new(JmesErrorKind.InvalidArity, Arity(function, arguments.Count), name.Start, _text);
        return Add(new FunctionCallNode(name.Start, name.Name!, [.. arguments], function!, _end));
    }

    private JmesNode Argument()
    {
        if (_token.Kind != TokenKind.Ampersand) return Expression(0);
        var start = _token.Start;
        Advance();
        return Add(new ExpressionReferenceNode(start, Expression(0)));
    }

    private string UnknownFunction(string name)
    {
        var known = BuiltInFunctions.Names.Concat(_options.Functions?.Names ?? []).Order(StringComparer.Ordinal);
        return $"There is no function {name}(); known are {string.Join(", ", known)}";
    }

    private static string Arity(FunctionImplementation function, int given)
    {
        var (min, max) = (function.MinArguments, function.MaxArguments);
        var wanted = min == max ? Invariant($"{min}") : max == int.MaxValue ? Invariant($"at least {min}") : Invariant($"{min} to {max}");
        return Invariant($"The function {function.Name}() takes {wanted} argument{(wanted == "1" || (max == int.MaxValue && min == 1) ? "" : "s")}, but was given {given}");
    }

    private FilterNode Filter(JmesNode left)
    {
        Advance();
        var condition = Expression(0);
        Take(TokenKind.RightBracket, "']' after the filter's condition");
        var right = _token.Kind == TokenKind.Flatten ? Implied(_end) : Projected(FilterPower);
        return Add(new FilterNode(left, condition, right, _end));
    }

    private ProjectionNode Flatten(JmesNode left)
    {
        Advance();
        var flattened = Add(new FlattenNode(left, _end));
        var right = Projected(FlattenPower);
        return Add(new ProjectionNode(flattened, right, _end));
    }

    private bool StartsIndex() =>
        _token.Kind is TokenKind.Number or TokenKind.Colon || (_token.Kind == TokenKind.Star && _next.Kind == TokenKind.RightBracket);

    /// <summary>An index, a slice or a wildcard; the bracket is behind.</summary>
    private JmesNode Bracket(JmesNode left)
    {
        if (_token.Kind == TokenKind.Star)
        {
            Advance();
            Advance();
            var projected = Projected(StarPower);
            return Add(new ProjectionNode(left, projected, _end));
        }
        int? index = _token.Kind == TokenKind.Number ? Integer() : null;
        if (index is { } place && _token.Kind == TokenKind.RightBracket)
        {
            Advance();
            return Add(new IndexNode(left, place, _end));
        }
        int? stop = null;
        var step = 1;
        Take(TokenKind.Colon, "']' or ':'");
        if (_token.Kind == TokenKind.Number) stop = Integer();
        if (_token.Kind == TokenKind.Colon)
        {
            Advance();
            if (_token.Kind == TokenKind.Number)
            {
                var start = _token.Start;
                step = Integer();
                if (step == 0) _fault ??= new(JmesErrorKind.InvalidValue, "A slice's step cannot be 0", start, _text);
            }
        }
        Take(TokenKind.RightBracket, "a number or ']'");
        var slice = Add(new SliceNode(left, index, stop, step, _end));
        var right = Projected(StarPower);
        return Add(new ProjectionNode(slice, right, _end));
    }

    private int Integer()
    {
        var text = _text.AsSpan(_token.Start, _token.End - _token.Start);
        if (text.IndexOfAny('.', 'e', 'E') >= 0) throw Fault("A place in an array is a whole number", _token.Start);
        Advance();
        return Literals.Index(text);
    }

    /// <summary>What follows a projection and is evaluated on each of its elements.</summary>
    private JmesNode Projected(int power)
    {
        switch (_token.Kind)
        {
            case TokenKind.LeftBracket or TokenKind.Filter:
                return Expression(power);
            case TokenKind.Dot:
                Advance();
                return AfterDot(power);
            default:
                if (Power(_token.Kind) < ProjectionStop) return Implied(_end);
                throw Expected("an operator or the end of the expression");
        }
    }

    private JmesNode AfterDot(int power)
    {
        var start = _token.Start;
        switch (_token.Kind)
        {
            case TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.Star:
                return Expression(power);
            case TokenKind.LeftBracket:
                Advance();
                return MultiSelectList(start);
            case TokenKind.LeftBrace:
                Advance();
                return MultiSelectHash(start);
            default:
                throw Expected("a name, '*', '[' or '{' after the dot");
        }
    }

    private MultiSelectListNode MultiSelectList(int start)
    {
        var items = new List<JmesNode>();
        while (true)
        {
            items.Add(Expression(0));
            if (_token.Kind != TokenKind.Comma) break;
            Advance();
        }
        Take(TokenKind.RightBracket, "',' or ']'");
        return Add(new MultiSelectListNode(start, [.. items], _end));
    }

    private MultiSelectHashNode MultiSelectHash(int start)
    {
        var members = new List<KeyValuePair<string, JmesNode>>();
        while (true)
        {
            if (_token.Kind is not (TokenKind.Identifier or TokenKind.QuotedIdentifier)) throw Expected("a name for the member");
            var name = _token.Name!;
            Advance();
            Take(TokenKind.Colon, "':' after the member's name");
            members.Add(new(name, Expression(0)));
            if (_token.Kind != TokenKind.Comma) break;
            Advance();
        }
        Take(TokenKind.RightBrace, "',' or '}'");
        return Add(new MultiSelectHashNode(start, members, _end));
    }

    private CurrentNode Implied(int position) => Add(new CurrentNode(position, position));

    private T Add<T>(T node)
        where T : JmesNode
    {
        if (++_nodes > _options.MaxExpressionNodes)
        {
            throw new JmesPathException(
                JmesErrorKind.LimitExceeded, Invariant($"The expression has more than {_options.MaxExpressionNodes} nodes"), node.Position, _text);
        }
        if (node.Height > _options.MaxExpressionDepth) throw TooDeep(node.Position);
        return node;
    }

    private void Advance()
    {
        _previous = _token.Kind;
        _end = _token.End;
        _consumed++;
        _token = _next;
        if (_token.Kind != TokenKind.End) _next = _lexer.Next();
    }

    private void Take(TokenKind kind, string expected)
    {
        if (_token.Kind != kind) throw Expected(expected);
        Advance();
    }

    private JmesPathException Expected(string what)
    {
        var found = _token.Kind == TokenKind.End ? "the expression ends here" : $"found '{Cut(_text[_token.Start.._token.End])}'";
        return Fault($"Expected {what}, but {found}", _token.Start);
    }

    private static string Cut(string token) => token.Length <= 40 ? token : token[..40] + "...";

    private JmesPathException Fault(string reason, int position) => new(JmesErrorKind.Syntax, reason, position, _text);

    private JmesPathException TooDeep(int position) =>
        new(JmesErrorKind.LimitExceeded, Invariant($"The expression nests deeper than {_options.MaxExpressionDepth} levels"), position, _text);
}
