namespace Pipeline.GitWebhooks.Http;

/// <summary>How many bytes of bodies may be in memory at once before anybody knows who sent them. All requests share it, so that no number
/// of them takes more.</summary>
internal sealed class BodyBudget(long most)
{
    private long held;

    /// <summary>In bytes.</summary>
    public long Held => Interlocked.Read(ref held);

    /// <returns>False when there is no room for so many more; nothing is held for them then.</returns>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref held, bytes) <= most)
            return true;
        GiveBack(bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref held, -bytes);
}
