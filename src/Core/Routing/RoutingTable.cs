using Eventide.JmesPath;

namespace Eventide;

/// <summary>Finds the handlers of a message. Built once, read by any number of threads, each with a <see cref="MessageDocument"/> of
/// its own. Equality tests of many handlers on one path are one lookup; the result is always that of trying rule by rule.</summary>
public sealed class RoutingTable
{
    private readonly Route[] _routes;
    private readonly bool[] _isExact;
    private readonly EqualityIndex[] _indexes;
    private readonly int[] _always;
    private readonly DispatchMode _mode;

    /// <summary>Compiles handlers' rules.</summary>
    /// <param name="handlers">The handlers, in the order of their registration.</param>
    /// <param name="mode">Which of those that match get a message.</param>
    /// <exception cref="RuleException">Rules cannot be read, or settings are out of range; all of them are named.</exception>
    public RoutingTable(IEnumerable<HandlerDescriptor> handlers, DispatchMode mode = DispatchMode.FirstMatch)
    {
        ArgumentNullException.ThrowIfNull(handlers);
        _mode = mode;
        var faults = new List<string>();

        // OrderBy is stable: equal orders stay as registered.
        _routes = [.. handlers.OrderBy(h => h.Order).Select((h, i) => new Route(i, h, Compile(h, faults)))];
        faults.AddRange(_routes.SelectMany(r => r.Handler.FindFaults()));
        faults.AddRange(_routes.GroupBy(r => r.Handler.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g =>
            $"{g.Count()} handlers are called '{g.Key}'; expected names of their own, since what is done and what failed is kept by name. Give them a Name."));
        if (faults.Count > 0)
        {
            throw new RuleException(faults);
        }

        _isExact = new bool[_routes.Length];
        var always = new List<int>();
        var entries = new List<(EqualityKey Key, int Route)>();
        foreach (var route in _routes)
        {
            if (EqualityKey.Of(route.Handler, route.Rules, out _isExact[route.Index]) is { } keys)
            {
                entries.AddRange(keys.Select(k => (k, route.Index)));
            }
            else
            {
                always.Add(route.Index);
            }
        }

        _always = [.. always];
        _indexes = [.. entries.GroupBy(e => e.Key.PathName, StringComparer.Ordinal).Select(g => new EqualityIndex([.. g]))];
    }

    /// <summary>The routes, in the order in which they are tried.</summary>
    public IReadOnlyList<Route> Routes => _routes;

    /// <summary>Finds the routes of a message.</summary>
    /// <param name="document">The message's document, loaded.</param>
    /// <param name="message">The message.</param>
    /// <param name="onFailure">Told of rules that fail on the message; these do not match.</param>
    public RouteResult Match(MessageDocument document, Message message, RuleFailureCallback? onFailure = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        var root = document.Root;
        var scratch = document.Scratch;
        scratch.EnsureCapacity(_indexes.Length + 1);
        var lists = scratch.Lists;
        var count = 0;
        if (_always.Length > 0)
        {
            lists[count++] = _always;
        }

        var indexed = count;
        foreach (var index in _indexes)
        {
            if (index.Find(root) is { } found)
            {
                lists[count++] = found;
            }
        }

        return _mode == DispatchMode.FirstMatch && count <= 1
            ? First(count == 0 ? [] : lists[0], indexed == 0, root, message, onFailure)
            : Merge(scratch, count, indexed, root, message, onFailure);
    }

    /// <summary>Tells, for one message, each rule's verdict, and the part on which it failed with the value found there.</summary>
    /// <param name="message">The message.</param>
    public IReadOnlyList<RouteExplanation> Explain(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var document = new MessageDocument();
        document.Load(message);
        return [.. _routes.Select(r => RouteExplainer.Explain(r, document.Root, message))];
    }

    /// <summary>The routes of a message, found by trying rule by rule: the definition that <see cref="Match"/> must agree with.</summary>
    internal RouteResult MatchRuleByRule(MessageDocument document, Message message)
    {
        var matches = _routes.Where(r => r.IsMatch(document.Root, message, null)).ToList();
        return _mode switch
        {
            DispatchMode.FirstMatch => new RouteResult(matches.FirstOrDefault()),
            DispatchMode.ExactlyOne when matches.Count > 1 => RouteResult.Several(matches),
            _ => new RouteResult(matches),
        };
    }

    private static JmesExpression[] Compile(HandlerDescriptor handler, List<string> faults)
    {
        var rules = new List<JmesExpression>(handler.Rules.Count);
        foreach (var rule in handler.Rules)
        {
            if (!JmesPath.JmesPath.TryParse(rule, Rule.Options, out var expression, out var error))
            {
                faults.Add($"A rule of {handler.Name} cannot be read. {error.Message}");
            }
            else if (Rule.FindTrap(expression) is { } trap)
            {
                faults.Add($"A rule of {handler.Name} can never hold. {trap}");
            }
            else
            {
                rules.Add(expression);
            }
        }

        return [.. rules];
    }

    private RouteResult First(int[] candidates, bool fromIndex, JmesValue root, Message message, RuleFailureCallback? onFailure)
    {
        foreach (var candidate in candidates)
        {
            if ((fromIndex && _isExact[candidate]) || _routes[candidate].IsMatch(root, message, onFailure))
            {
                return new RouteResult(_routes[candidate]);
            }
        }

        return default;
    }

    // Reads several ascending lists as one, so that routes are tried in their order, each once.
    private RouteResult Merge(RouteScratch scratch, int count, int indexed, JmesValue root, Message message, RuleFailureCallback? onFailure)
    {
        var lists = scratch.Lists;
        var positions = scratch.Positions;
        Array.Clear(positions, 0, count);
        Route? first = null;
        List<Route>? all = null;
        while (true)
        {
            var next = int.MaxValue;
            var isExact = false;
            for (var i = 0; i < count; i++)
            {
                if (positions[i] < lists[i].Length && lists[i][positions[i]] is var candidate && candidate < next)
                {
                    next = candidate;
                    isExact = i >= indexed && _isExact[candidate];
                }
            }

            if (next == int.MaxValue)
            {
                break;
            }

            for (var i = 0; i < count; i++)
            {
                if (positions[i] < lists[i].Length && lists[i][positions[i]] == next)
                {
                    positions[i]++;
                }
            }

            if (!isExact && !_routes[next].IsMatch(root, message, onFailure))
            {
                continue;
            }

            if (_mode == DispatchMode.FirstMatch)
            {
                return new RouteResult(_routes[next]);
            }

            if (first is null)
            {
                first = _routes[next];
            }
            else
            {
                (all ??= [first]).Add(_routes[next]);
            }
        }

        return all is null ? new RouteResult(first)
            : _mode == DispatchMode.ExactlyOne ? RouteResult.Several(all)
            : new RouteResult(all);
    }
}
