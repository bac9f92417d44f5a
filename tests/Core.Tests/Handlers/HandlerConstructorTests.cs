using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Eventide.Core.Tests.Handlers;

public sealed class HandlerConstructorTests
{
    private interface IClock;

    private interface IShop;

    [Fact]
    public async Task A_worker_whose_handlers_cannot_be_made_does_not_start_and_names_each()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddEventide(e => e.Queue("memory:x").AddHandler<NeedsTwo>().AddHandler<Either>().AddHandler<Hidden>());
        using var host = builder.Build();

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(3, fault.Failures.Count());
        Assert.Contains(fault.Failures, f => f.Contains($"{nameof(NeedsTwo)} cannot be made: its constructor asks for IClock clock, IEnumerable<IShop>[] shops, which no service is registered for"));
        Assert.Contains(fault.Failures, f => f.Contains($"{nameof(Either)} cannot be made: none of its 2 constructors has all its services registered (missing: IClock clock; IShop shop)"));
        Assert.Contains(fault.Failures, f => f.Contains($"{nameof(Hidden)} has no public constructor"));
    }

    [Fact]
    public void Constructors_that_would_both_do_are_a_fault_as_the_container_cannot_choose()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Check(e => e.AddHandler<Either>(), s => s.AddSingleton<IClock, Clock>().AddSingleton<IShop, Shop>()));
        Assert.Contains("its constructors (IClock clock) and (IShop shop) would both do", Assert.Single(fault.Failures));
    }

    [Fact]
    public void What_the_container_can_make_is_no_fault()
    {
        Check(e => e.AddHandler<Either>(), s => s.AddSingleton<IShop, Shop>());
        Check(e => e.AddHandler<Keyed>(), s => s.AddKeyedSingleton<IShop, Shop>("shop"));
        Check(e => e.AddHandler<Nothing>(), _ => { });
        Check(e => e.AddHandler<Usual>(), _ => { });
    }

    [Fact]
    public void A_keyed_service_under_another_key_is_missing() =>
        Assert.Throws<OptionsValidationException>(() => Check(e => e.AddHandler<Keyed>(), s => s.AddKeyedSingleton<IShop, Shop>("other")));

    [Fact]
    public void A_factory_or_an_instance_of_the_user_s_own_is_not_looked_into()
    {
        Check(e => e.AddHandler<NeedsTwo>(), s => s.AddScoped(_ => new NeedsTwo(new Clock(), [])));
        Check(e => e.AddHandler<NeedsTwo>(), s => s.AddSingleton(new NeedsTwo(new Clock(), [])));
    }

    [Fact]
    public void A_service_registered_after_the_handler_is_there()
    {
        var services = new ServiceCollection();
        services.AddEventideCore(e => e.AddHandler<Either>());
        services.AddSingleton<IClock, Clock>();
        using var provider = services.BuildServiceProvider();
        Assert.NotNull(provider.GetRequiredService<IOptions<EventideOptions>>().Value);
    }

    private static void Check(Action<EventideBuilder> handlers, Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        services.AddEventideCore(handlers);
        using var provider = services.BuildServiceProvider();
        Assert.NotNull(provider.GetRequiredService<IOptions<EventideOptions>>().Value);
    }

    private sealed class Clock : IClock;

    private sealed class Shop : IShop;

    private abstract class Handler : IMessageHandler
    {
        public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
    }

#pragma warning disable CS9113 // What is asked for is the point, not what is done with it.
    [Handler]
    private sealed class NeedsTwo(IClock clock, IEnumerable<IShop>[] shops) : Handler;

    [Handler]
    private sealed class Keyed([FromKeyedServices("shop")] IShop shop) : Handler;

    [Handler]
    private sealed class Usual(IServiceProvider services, IEnumerable<IShop> shops, QueueConnector queues, TimeProvider time, int retries = 3) : Handler;
#pragma warning restore CS9113

    [Handler]
    private sealed class Nothing : Handler;

    [Handler]
    private sealed class Hidden : Handler
    {
        private Hidden(IClock clock) => Clock = clock;

        public IClock Clock { get; }

        public static Hidden Make() => new(new Clock());
    }

    [Handler]
    private sealed class Either : Handler
    {
        public Either(IClock clock) => Asked = clock;

        public Either(IShop shop) => Asked = shop;

        public object Asked { get; }
    }
}
