using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Kernel.Tests;

public sealed class InternalConstructorTests
{
    [Fact]
    public void A_type_with_one_internal_constructor_is_made_with_its_dependencies_once()
    {
        using var provider = new ServiceCollection().AddSingleton(TimeProvider.System).AddSingletonByInternalConstructor<Clock>()
            .BuildServiceProvider();

        Assert.Same(TimeProvider.System, provider.GetRequiredService<Clock>().Time);
        Assert.Same(provider.GetRequiredService<Clock>(), provider.GetRequiredService<Clock>());
    }

    [Fact]
    public void A_transient_is_made_anew_each_time()
    {
        using var provider = new ServiceCollection().AddSingleton(TimeProvider.System).AddTransientByInternalConstructor<Clock>()
            .BuildServiceProvider();

        Assert.NotSame(provider.GetRequiredService<Clock>(), provider.GetRequiredService<Clock>());
    }

    [Fact]
    public void A_dependency_that_is_missing_is_named()
    {
        using var provider = new ServiceCollection().AddSingletonByInternalConstructor<Clock>().BuildServiceProvider();

        Assert.Contains(
            nameof(TimeProvider), Assert.Throws<InvalidOperationException>(provider.GetRequiredService<Clock>).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_constructor_throws_comes_through_as_it_is()
    {
        using var provider = new ServiceCollection().AddSingletonByInternalConstructor<Broken>().BuildServiceProvider();

        Assert.Equal("no disk", Assert.Throws<IOException>(provider.GetRequiredService<Broken>).Message);
    }

    [Fact]
    public void Two_constructors_are_refused_when_the_type_is_registered() =>
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddSingletonByInternalConstructor<Undecided>());

    private sealed class Clock
    {
        internal Clock(TimeProvider time) => Time = time;

        public TimeProvider Time { get; }
    }

    private sealed class Broken
    {
        internal Broken() => throw new IOException("no disk");
    }

    private sealed class Undecided
    {
        internal Undecided()
        {
        }

        internal Undecided(TimeProvider time) => _ = time;
    }
}
