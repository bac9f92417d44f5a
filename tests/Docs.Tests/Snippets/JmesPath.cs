using Eventide.JmesPath;

namespace Eventide.Docs.Tests.Snippets.Jmes;

public static class InCode
{
    public static (bool Match, string Names) Evaluate(byte[] utf8)
    {
        // [jmespath-evaluate]
        JmesExpression rule = JmesExpression.Parse("body.type == 'order' && body.total > `100`");
        bool match = false;

        var document = new JmesDocument();                        // one for each thread, used again and again
        if (document.TryLoad(utf8, out JmesDocumentError fault))
        {
            match = rule.IsMatch(document.Root);
        }
        else
        {
            Console.Error.WriteLine(fault);                       // A comma or a closing '}' was expected ... (byte 17)
        }

        JmesValue names = JmesExpression.Parse("body.items[?qty > `1`].sku").Evaluate(document.Root);
        Console.WriteLine(names.ToJson());                        // ["x"]
        // [/jmespath-evaluate]
        return (match, names.ToJson());
    }

    public static string Call(string expression, byte[] utf8)
    {
        // [jmespath-functions]
        var options = new JmesPathOptions
        {
            Functions = new JmesFunctions()
                .Add("upper", 1, 1, static arguments => JmesValue.FromString(arguments[0].GetString().ToUpperInvariant()), JmesTypes.String)
                .Add("any_of", 2, 2, AnyOf, JmesTypes.Expression, JmesTypes.Array),
        };

        static JmesValue AnyOf(ReadOnlySpan<JmesValue> arguments)
        {
            foreach (JmesValue item in arguments[1].EnumerateArray())
            {
                if (arguments[0].Apply(item).IsTruthy)
                {
                    return JmesValue.True;
                }
            }

            return JmesValue.False;
        }
        // [/jmespath-functions]
        return JmesExpression.Parse(expression, options).Evaluate(JmesDocument.Parse(utf8).Root).ToJson();
    }
}
