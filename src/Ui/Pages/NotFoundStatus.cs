namespace Pipeline.Ui.Pages;

/// <summary>Answers 404 with the page that says what was not found.</summary>
internal static class NotFoundStatus
{
    /// <remarks>
    /// Blazor drops what a page rendered when it sees 404 after rendering (it waits for a status code page): so the code is set when the
    /// answer starts. Null in a circuit, where there is no status any more.
    /// </remarks>
    public static void AnswerNotFound(this HttpContext? context) =>
        context?.Response.OnStarting(() =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
}
