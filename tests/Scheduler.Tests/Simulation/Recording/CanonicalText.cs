using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Scheduler.Tests.Simulation.Recording;

/// <summary>
/// Writes a value as text that depends on the values alone: fields in the order of their declaration, lists in order, dictionaries and
/// sets by key, enums as numbers. Names of types, namespaces and properties do not appear (a subtype writes its tag of
/// <see cref="StoredNames"/>), so that a rename changes nothing; <see cref="Named"/> adds them for readers of a dump.
/// </summary>
internal sealed class CanonicalText
{
    private const string BackingField = ">k__BackingField";
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> PropertiesOf = new();

    /// <summary>Came after the recording: while they are null they say nothing, and the recording still tells whether behaviour
    /// changed.</summary>
    private static readonly HashSet<(string Type, string Property)> Later =
    [
        ("DeploySpec", "User"), ("DeploySubmission", "User"), ("RunDetails", "Envelope"), ("RunNowCommand", "Envelope"),
        ("RemoveRequestCommand", "OnlyOf"),
    ];

    private readonly StringBuilder text = new();

    /// <summary>With the names of properties: for people, never for a hash.</summary>
    public bool Named { get; init; }

    public string Take()
    {
        var taken = text.ToString();
        text.Clear();
        return taken;
    }

    public CanonicalText Line(string tag, params object?[] values)
    {
        text.Append(tag);
        foreach (var value in values)
        {
            text.Append(' ');
            Write(value);
        }

        text.Append('\n');
        return this;
    }

    private void Write(object? value)
    {
        switch (value)
        {
            case null:
                text.Append('-');
                break;
            case string words:
                text.Append('"').Append(words.Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
                break;
            case bool yes:
                text.Append(yes ? '1' : '0');
                break;
            case Enum one:
                text.Append(Convert.ToInt64(one, CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset at:
                text.Append(at.UtcTicks);
                break;
            case TimeSpan span:
                text.Append(span.Ticks);
                break;
            case byte[] bytes:
                text.Append(Convert.ToHexString(bytes));
                break;
            case IDictionary map:
                Sequence('{', '}', Entries(map));
                break;
            case ISet<string> set:
                Sequence('{', '}', set.Order(StringComparer.Ordinal));
                break;
            case IEnumerable list:
                Sequence('[', ']', list.Cast<object?>());
                break;
            case ITuple tuple:
                Sequence('(', ')', Enumerable.Range(0, tuple.Length).Select(i => tuple[i]));
                break;
            case IFormattable number when value.GetType().IsPrimitive || value is decimal:
                text.Append(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                Fields(value);
                break;
        }
    }

    // Entries are ordered by their own text: a dictionary has no order that could be relied on.
    private static IEnumerable<object?> Entries(IDictionary map)
    {
        var entries = new List<string>();
        foreach (DictionaryEntry entry in map)
            entries.Add(new CanonicalText().Line("", entry.Key, entry.Value).Take().Trim());
        return entries.Order(StringComparer.Ordinal);
    }

    private void Sequence(char open, char close, IEnumerable<object?> values)
    {
        text.Append(open);
        var first = true;
        foreach (var value in values)
        {
            if (!first)
                text.Append(' ');
            first = false;
            Write(value);
        }

        text.Append(close);
    }

    private void Fields(object value)
    {
        var properties = PropertiesOf.GetOrAdd(value.GetType(), Stored);
        if (properties.Length == 0 && !StoredNames.Has(value.GetType()))
        {
            Write(value.ToString());
            return;
        }

        text.Append(StoredNames.Of(value.GetType())).Append('(');
        foreach (var property in properties)
        {
            var member = property.GetValue(value);
            if (member is null && Later.Contains((property.DeclaringType!.Name, property.Name)))
                continue;
            if (property != properties[0])
                text.Append(' ');
            if (Named)
                text.Append(property.Name).Append('=');
            Write(member);
        }

        text.Append(')');
    }

    // What is computed from the others is not written again.
    private static PropertyInfo[] Stored(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => type.GetField($"<{p.Name}{BackingField}", BindingFlags.NonPublic | BindingFlags.Instance) is not null)
            .OrderBy(p => p.MetadataToken),
    ];
}
