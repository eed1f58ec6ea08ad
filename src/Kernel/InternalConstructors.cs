using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Kernel;

/// <summary>
/// Registers public types whose only constructor is internal, so that a slice's commands and queries can be named by everybody and made
/// by nobody but the container.
/// </summary>
public static class InternalConstructors
{
    /// <summary>One instance, made by the type's only constructor when it is first asked for.</summary>
    public static IServiceCollection AddSingletonByInternalConstructor<T>(this IServiceCollection services)
        where T : class => services.AddSingleton(Factory<T>());

    /// <summary>A new instance each time, as jobs want it.</summary>
    public static IServiceCollection AddTransientByInternalConstructor<T>(this IServiceCollection services)
        where T : class => services.AddTransient(Factory<T>());

    private static Func<IServiceProvider, T> Factory<T>()
        where T : class
    {
        var constructor = typeof(T).GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Single();
        var parameters = Array.ConvertAll(constructor.GetParameters(), p => p.ParameterType);
        return provider =>
            (T)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, Array.ConvertAll(parameters, provider.GetRequiredService), null);
    }
}
