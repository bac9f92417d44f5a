using System.Globalization;
using System.Text;
using Eventide.JmesPath;

namespace Eventide;

/// <summary>The document that rules see: <c>{ id, queue, attempt, enqueued_at, group, attributes, body }</c>, without building it as
/// JSON. The body is read when a rule first asks for it. Reusable; for one thread at a time.</summary>
public sealed class MessageDocument : JmesObject
{
    private static readonly string[] Names = ["id", "queue", "attempt", "enqueued_at", "group", "attributes", "body"];

    private readonly JmesDocument _json = new(Message.MaxBodyDepth);
    private readonly AttributesObject _attributes = new();
    private Message? _message;
    private JmesValue _body;
    private bool _hasBody;
    private string? _notJson;

    /// <summary>Creates an empty document.</summary>
    public MessageDocument() => Root = JmesValue.FromObject(this);

    /// <summary>The document's value. What comes of it lives until the next <see cref="Load"/> or <see cref="Clear"/>.</summary>
    public JmesValue Root { get; }

    /// <summary>Room for the routing table to work in without allocating.</summary>
    internal RouteScratch Scratch { get; } = new();

    /// <summary>Why the body is a string in this document and not JSON, or <see langword="null"/> where it is JSON.</summary>
    public string? NotJson
    {
        get
        {
            _ = Body;
            return _notJson;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, JmesValue>> Members =>
        [.. Names.Select(name => KeyValuePair.Create(name, TryGetMember(Encoding.UTF8.GetBytes(name), out var value) ? value : JmesValue.Null))];

    private JmesValue Body
    {
        get
        {
            if (!_hasBody)
            {
                _body = ReadBody();
                _hasBody = true;
            }

            return _body;
        }
    }

    /// <summary>Makes this the document of a message.</summary>
    /// <param name="message">The message.</param>
    public void Load(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _message = message;
        _attributes.Attributes = message.Attributes;
        _hasBody = false;
        _notJson = null;
    }

    /// <summary>Lets go of the message.</summary>
    public void Clear()
    {
        _message = null;
        _body = default;
        _hasBody = false;
        _attributes.Attributes = Message.NoAttributes;
        _json.Clear();
    }

    /// <inheritdoc/>
    public override bool TryGetMember(ReadOnlySpan<byte> utf8Name, out JmesValue value)
    {
        if (_message is not { } message)
        {
            value = default;
            return false;
        }

        if (utf8Name.SequenceEqual("body"u8))
        {
            value = Body;
            return true;
        }

        if (utf8Name.SequenceEqual("attributes"u8))
        {
            value = JmesValue.FromObject(_attributes);
        }
        else if (utf8Name.SequenceEqual("id"u8))
        {
            value = JmesValue.FromString(message.Id);
        }
        else if (utf8Name.SequenceEqual("queue"u8))
        {
            value = JmesValue.FromString(message.Queue);
        }
        else if (utf8Name.SequenceEqual("attempt"u8))
        {
            value = JmesValue.FromNumber(message.Attempt);
        }
        else if (utf8Name.SequenceEqual("group"u8))
        {
            value = message.Group is { } group ? JmesValue.FromString(group) : default;
        }
        else if (utf8Name.SequenceEqual("enqueued_at"u8))
        {
            value = message.EnqueuedAt is { } time
                ? JmesValue.FromString(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture))
                : default;
        }
        else
        {
            value = default;
            return false;
        }

        return true;
    }

    private JmesValue ReadBody()
    {
        var body = _message!.JsonBody;
        if (_json.TryLoad(body, out var error))
        {
            return _json.Root;
        }

        _notJson = error.ToString();
        return JmesValue.FromString(_message.Text);
    }

    private sealed class AttributesObject : JmesObject
    {
        public IReadOnlyDictionary<string, string> Attributes { get; set; } = Message.NoAttributes;

        public override IReadOnlyList<KeyValuePair<string, JmesValue>> Members =>
            [.. Attributes.Select(a => KeyValuePair.Create(a.Key, JmesValue.FromString(a.Value)))];

        public override bool TryGetMember(ReadOnlySpan<byte> utf8Name, out JmesValue value)
        {
            // Attributes are few and their names ASCII: comparing them all beats making a string to look one up.
            if (Attributes.Count > 0)
            {
                // By its own type, since an enumerator behind the interface would be made anew for each look.
                if (Attributes is Dictionary<string, string> dictionary && Ascii.IsValid(utf8Name))
                {
                    foreach (var (name, text) in dictionary)
                    {
                        if (Ascii.Equals(utf8Name, name))
                        {
                            value = JmesValue.FromString(text);
                            return true;
                        }
                    }
                }
                else if (Attributes.TryGetValue(Encoding.UTF8.GetString(utf8Name), out var text))
                {
                    value = JmesValue.FromString(text);
                    return true;
                }
            }

            value = default;
            return false;
        }
    }
}
