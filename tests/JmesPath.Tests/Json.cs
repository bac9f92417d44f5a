using System.Text;

namespace Eventide.JmesPath.Tests;

internal static class Json
{
    public static JmesValue Read(string json) => JmesDocument.Parse(Encoding.UTF8.GetBytes(json)).Root;

    public static string Search(string expression, string json, JmesPathOptions? options = null) =>
        JmesPath.Parse(expression, options).Evaluate(Read(json)).ToJson();
}
