namespace Pipeline.LocalMesos.Virtual;

/// <summary>Decides which faults occur; the same seed and order of questions give the same faults. The cluster's lock is held.</summary>
internal sealed class RandomFaults(int seed)
{
    private readonly Random random = new(seed);

    public bool Occurs(double probability) => probability > 0 && random.NextDouble() < probability;
}
