using Amazon.Runtime;

namespace Eventide.Queues.Sqs;

/// <summary>How Eventide talks to SQS. Bound from configuration or set in code; what a queue's URI says wins.</summary>
public sealed class SqsQueueOptions
{
    /// <summary>The AWS region: <c>eu-west-1</c>. Default <see langword="null"/>: from the queue's URL, else from the SDK's chain
    /// (AWS_REGION, the profile, the instance). In a URI: <c>region=</c>.</summary>
    public string? Region { get; set; }

    /// <summary>The endpoint of an emulator or a VPC: <c>http://127.0.0.1:4566</c>. Default <see langword="null"/>: the region's
    /// own, or that of the queue's URL. In a URI: <c>endpoint=</c>.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The account that owns the queues, 12 digits. Default <see langword="null"/>: that of the credentials. In a URI:
    /// <c>account=</c>.</summary>
    public string? AccountId { get; set; }

    /// <summary>The profile of the shared AWS configuration. Default <see langword="null"/>: AWS_PROFILE, else <c>default</c>. In a
    /// URI: <c>profile=</c>.</summary>
    public string? Profile { get; set; }

    /// <summary>Credentials given in code. Default <see langword="null"/>: the SDK's chain; at a loopback endpoint without
    /// AWS_ACCESS_KEY_ID and profile, made-up ones, as emulators take any.</summary>
    public AWSCredentials? Credentials { get; set; }

    /// <summary>Use the FIPS endpoints. Default false.</summary>
    public bool UseFips { get; set; }

    /// <summary>Use the dual-stack (IPv6) endpoints. Default false.</summary>
    public bool UseDualStack { get; set; }

    /// <summary>How the SDK retries failed calls. Default <see cref="RequestRetryMode.Standard"/>;
    /// <see cref="RequestRetryMode.Adaptive"/> also slows down when SQS throttles.</summary>
    public RequestRetryMode RetryMode { get; set; } = RequestRetryMode.Standard;

    /// <summary>How often the SDK tries a failed call again. Default 2 (three tries), from 0 to 10.</summary>
    public int MaxRetries { get; set; } = 2;

    /// <summary>How long one try of a call may take, the wait of a long poll excluded. Default 10 s, from 1 s to 5 min.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait of one ReceiveMessage call, in whole seconds. Default 5 s, from 1 s to 20 s. A longer wait of the
    /// engine is made of several. A call under way is never broken off (SQS would still take messages for it), so this
    /// is also the longest that stopping an idle receiver takes; 20 s costs a quarter of the empty receives. In a URI:
    /// <c>longPoll=</c>, in seconds.</summary>
    public TimeSpan LongPoll { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many ReceiveMessage calls a receiver keeps under way at least, while it is asked for so many messages.
    /// Default 1, from 1 to <see cref="MaxReceivers"/>. In a URI: <c>minReceivers=</c>.</summary>
    public int MinReceivers { get; set; } = 1;

    /// <summary>How many ReceiveMessage calls a receiver keeps under way at most. Their number grows by one with every full answer
    /// and shrinks by one with every empty one. Default 8, from 1 to 64. In a URI: <c>receivers=</c>.</summary>
    public int MaxReceivers { get; set; } = 8;

    /// <summary>Which message attributes to receive: names, prefixes (<c>trace.*</c>) or <c>All</c>. Default <c>All</c>. With
    /// less, Eventide's own attributes must be among them, and the attributes' MD5 is not checked.</summary>
    public IList<string> AttributeNames { get; } = [];

    /// <summary>The SQS data type under which an attribute is sent, by the attribute's name: <c>Number</c>, <c>Binary</c> (its
    /// value is base64), or with a label, <c>Number.int</c>. Default: every attribute is a <c>String</c>.</summary>
    public IDictionary<string, string> AttributeTypes { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether the message group id on a standard queue (where it is for fairness between tenants, and promises no
    /// order) becomes <see cref="Message.Group"/>, so that a group's messages are handled one at a time. Default
    /// false: it is the attribute <c>MessageGroupId</c>. On a FIFO queue it always becomes the group. In a URI: <c>lanes=true</c>.</summary>
    public bool StandardGroupsAreLanes { get; set; }

    /// <summary>The group of messages sent without one to a FIFO queue, which needs one. Default <c>eventide</c>: one group,
    /// all in order. 1 to 128 characters. In a URI: <c>defaultGroup=</c>.</summary>
    public string DefaultGroup { get; set; } = "eventide";

    /// <summary>How bodies are sent. Default <see cref="SqsBodyEncoding.Auto"/>. In a URI: <c>encoding=auto|text|bmp|base64</c>.</summary>
    public SqsBodyEncoding BodyEncoding { get; set; }

    /// <summary>The attributes of queues that <see cref="IQueueAdmin.CreateAsync"/> creates, by SQS' names: <c>VisibilityTimeout</c>,
    /// <c>RedrivePolicy</c>. Default none. <c>FifoQueue</c> follows from the name's <c>.fifo</c>.</summary>
    public IDictionary<string, string> CreateAttributes { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal SqsQueueOptions Clone()
    {
        var copy = new SqsQueueOptions
        {
            Region = Region,
            Endpoint = Endpoint,
            AccountId = AccountId,
            Profile = Profile,
            Credentials = Credentials,
            UseFips = UseFips,
            UseDualStack = UseDualStack,
            RetryMode = RetryMode,
            MaxRetries = MaxRetries,
            RequestTimeout = RequestTimeout,
            LongPoll = LongPoll,
            MinReceivers = MinReceivers,
            MaxReceivers = MaxReceivers,
            StandardGroupsAreLanes = StandardGroupsAreLanes,
            DefaultGroup = DefaultGroup,
            BodyEncoding = BodyEncoding,
        };
        foreach (var name in AttributeNames)
        {
            copy.AttributeNames.Add(name);
        }

        foreach (var (name, type) in AttributeTypes)
        {
            copy.AttributeTypes[name] = type;
        }

        foreach (var (name, value) in CreateAttributes)
        {
            copy.CreateAttributes[name] = value;
        }

        return copy;
    }

    /// <summary>Says what is out of range, or nothing.</summary>
    internal string? Check()
    {
        if (MaxRetries is < 0 or > 10)
        {
            return $"SqsQueueOptions.MaxRetries is {MaxRetries}; expected 0 to 10.";
        }

        if (RequestTimeout < TimeSpan.FromSeconds(1) || RequestTimeout > TimeSpan.FromMinutes(5))
        {
            return $"SqsQueueOptions.RequestTimeout is {RequestTimeout}; expected 1 s to 5 min.";
        }

        if (LongPoll < TimeSpan.FromSeconds(1) || LongPoll > TimeSpan.FromSeconds(20))
        {
            return $"SqsQueueOptions.LongPoll is {LongPoll}; expected 1 s to 20 s.";
        }

        if (MaxReceivers is < 1 or > 64)
        {
            return $"SqsQueueOptions.MaxReceivers is {MaxReceivers}; expected 1 to 64.";
        }

        if (MinReceivers < 1 || MinReceivers > MaxReceivers)
        {
            return $"SqsQueueOptions.MinReceivers is {MinReceivers}; expected 1 to MaxReceivers ({MaxReceivers}).";
        }

        return Messages.SqsIdentifier.IsGroup(DefaultGroup)
            ? null
            : $"SqsQueueOptions.DefaultGroup is '{DefaultGroup}'; expected 1 to 128 letters, digits and ASCII punctuation.";
    }
}
