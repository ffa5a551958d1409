namespace ELLM.Sim.Workload.Generators;

/// <summary>Bounds how many bins a process of varying rate may walk through without an arrival, so that every specification ends.</summary>
/// <param name="count">Arrivals that are asked for.</param>
/// <param name="key">Key of the specification that a longer bin would mend.</param>
internal sealed class BinBudget(int count, string key)
{
    private const long PerArrival = 1000, Least = 1_000_000;

    private long _left = Least + PerArrival * count;

    /// <summary>One bin ends.</summary>
    /// <exception cref="InputException">Too many for the arrivals that came.</exception>
    public void Spend()
    {
        if (--_left < 0)
            throw new InputException(Message);
    }

    private string Message =>
        FormattableString.Invariant($"arrivals: {Least + PerArrival * count} intervals have passed before request {count}: ")
        + $"give a larger {key}, a higher rate, or ask for fewer requests";
}
