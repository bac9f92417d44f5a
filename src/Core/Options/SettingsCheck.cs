using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Eventide;

/// <summary>Holds a section of the configuration against the options that it is to be bound to, so that every name that means nothing
/// and every value of the wrong kind can be told at once. A binder stops at the first.</summary>
internal sealed class SettingsCheck
{
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, string?> _good = new(StringComparer.OrdinalIgnoreCase);

    private SettingsCheck()
    {
    }

    /// <summary>Binds a section. What cannot be bound is left out.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">What it is bound to.</param>
    /// <returns>What is wrong, one sentence each.</returns>
    public static IReadOnlyList<string> Bind(IConfigurationSection section, object options)
    {
        var check = new SettingsCheck();
        check.Read(section, options.GetType(), "");
        new ConfigurationBuilder().AddInMemoryCollection(check._good).Build().Bind(options);
        return check._faults;
    }

    private void Read(IConfigurationSection section, Type type, string path)
    {
        if (ItemOf(type) is { } item)
        {
            foreach (var child in section.GetChildren())
            {
                Read(child, item, Join(path, child.Key));
            }
        }
        else if (IsValue(type))
        {
            ReadValue(section, Nullable.GetUnderlyingType(type) ?? type, path);
        }
        else if (!section.GetChildren().Any() && !string.IsNullOrEmpty(section.Value))
        {
            _faults.Add($"{section.Path} is '{section.Value}'; expected a section with some of {string.Join(", ", PropertiesOf(type).Select(p => p.Name))}.");
        }
        else
        {
            ReadMembers(section, type, path);
        }
    }

    private void ReadMembers(IConfigurationSection section, Type type, string path)
    {
        var properties = PropertiesOf(type);

        // A queue or a schedule of which nothing is set is one all the same, and lacks what it must have.
        if (path.Length > 0 && !section.GetChildren().Any())
        {
            _good[path] = "";
        }

        foreach (var child in section.GetChildren())
        {
            if (Array.Find(properties, p => string.Equals(p.Name, child.Key, StringComparison.OrdinalIgnoreCase)) is { } property)
            {
                Read(child, property.PropertyType, Join(path, property.Name));
            }
            else
            {
                _faults.Add($"{child.Path} is no setting; expected one of {string.Join(", ", properties.Select(p => p.Name))}.");
            }
        }
    }

    private void ReadValue(IConfigurationSection section, Type type, string path)
    {
        if (section.GetChildren().Any())
        {
            _faults.Add($"{section.Path} is a section; expected {Expected(type)}.");
            return;
        }

        if (!string.IsNullOrEmpty(section.Value))
        {
            try
            {
                _ = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(section.Value);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
            {
                _faults.Add($"{section.Path} is '{section.Value}'; expected {Expected(type)}.");
                return;
            }
        }
        else if (type != typeof(string))
        {
            // As if it were not there.
            return;
        }

        _good[path] = section.Value;
    }

    private static string Expected(Type type) =>
        type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "a time such as 00:00:30 (days.hours:minutes:seconds)"
        : type == typeof(string) ? "text"
        : "a whole number";

    private static bool IsValue(Type type) => type == typeof(string) || type.IsValueType;

    // Of a list or of a dictionary by names; null for anything else.
    private static Type? ItemOf(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IList<>) || type.GetGenericTypeDefinition() == typeof(IDictionary<,>))
            ? type.GetGenericArguments()[^1]
            : null;

    private static PropertyInfo[] PropertiesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}:{name}";
}
