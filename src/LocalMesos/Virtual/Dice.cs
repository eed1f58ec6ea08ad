namespace Pipeline.LocalMesos.Virtual;

/// <summary>Decides who is unlucky; the same seed and order give the same bad luck. The cluster's lock is held.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    public bool Hits(double share) => share > 0 && random.NextDouble() < share;
}
