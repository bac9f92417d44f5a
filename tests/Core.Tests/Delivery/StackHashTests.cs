using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Eventide.Core.Tests.Delivery;

public sealed class StackHashTests
{
    [Fact]
    public void An_exception_that_came_from_elsewhere_hashes_as_where_it_was_thrown()
    {
        var here = Record.Exception(() => Fail(1))!;
        Assert.Equal(StackHash.Of(here), StackHash.Of(Carried(here, machinery: "")));
        Assert.Equal(StackHash.Of(here), StackHash.Of(Carried(here, machinery: "\n   at Orleans.Runtime.TaskRequest`1.CompleteInvokeAsync(Task`1 resultTask) in /orleans/GrainReference.cs:line 729")));
        Assert.Equal(StackHash.Of(here), StackHash.Of(Carried(Carried(here, machinery: ""), machinery: "")));
        Assert.NotEqual(StackHash.Of(here), StackHash.Of(Carried(Record.Exception(FailOtherwise)!, machinery: "")));
    }

    [Fact]
    public void Files_and_lines_do_not_count()
    {
        const string Bare = "   at Shop.Orders.Pay(String card)\n   at Shop.PayHandler.HandleAsync(Message message)";
        const string Full = "   at Shop.Orders.Pay(String card) in /src/a (b)/Orders.cs:line 12\r\n   at Shop.PayHandler.HandleAsync(Message message) in C:\\src\\Pay.cs:line 7\r\n";
        Assert.Equal(Hash(Bare), Hash(Full));
        Assert.NotEqual(Hash(Bare), Hash(Bare.Replace("Orders", "Bills", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_trace_whose_beginning_is_the_runtimes_alone_counts_as_far_as_the_users_code()
    {
        const string Runtime = "   at System.Net.Connection.Open()\n--- End of stack trace from previous location ---\n   at System.Net.Pool.Get()\n";
        Assert.NotEqual(Hash(Runtime + "   at Shop.Mail.Send()"), Hash(Runtime + "   at Shop.Bank.Send()"));
        Assert.NotEqual(Hash("   at System.Number.Throw()"), Hash("   at System.DateTime.Throw()"));
    }

    [Fact]
    public void Inner_exceptions_count()
    {
        var inner = Record.Exception(() => Fail(1))!;
        Assert.NotEqual(StackHash.Of(new IOException("x")), StackHash.Of(new IOException("x", inner)));
        Assert.Equal(StackHash.Of(new IOException("x", inner)), StackHash.Of(new IOException("y", Carried(inner, machinery: ""))));
    }

    private static string Hash(string trace) => StackHash.Of(ExceptionDispatchInfo.SetRemoteStackTrace(new FormatException("x"), trace));

    /// <summary>The exception as another silo has it: its trace as text, then thrown on there.</summary>
    private static Exception Carried(Exception exception, string machinery)
    {
        var copy = ExceptionDispatchInfo.SetRemoteStackTrace(new InvalidOperationException(exception.Message), exception.StackTrace + machinery);
        return Record.Exception(() => ExceptionDispatchInfo.Throw(copy))!;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(int depth)
    {
        if (depth > 0)
        {
            Fail(depth - 1);
        }

        throw new InvalidOperationException("x");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailOtherwise() => throw new InvalidOperationException("x");
}
