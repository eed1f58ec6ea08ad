namespace Pipeline.Server.Ui.Queries;

/// <summary>Reads across the slices' schemas, one class a page. Everything here only selects.</summary>
public static class UiQueries
{
    public static IServiceCollection AddUiQueries(this IServiceCollection services) => services;
}
