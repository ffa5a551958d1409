namespace ELLM.Sim.Tests.Fleet;

/// <summary>Two servers of rate 1; an arrival joins the shorter queue. A Markov chain on (shorter, longer), solved by iteration.</summary>
internal static class ShorterQueueChain
{
    /// <param name="load">Arrival rate / 2.</param>
    /// <param name="most">Requests at a server at which the chain is cut: arrivals beyond are lost.</param>
    public static double MeanWait(double load, int most)
    {
        double arrivals = 2 * load, uniform = arrivals + 2;
        double[,] now = new double[most + 1, most + 1];
        now[0, 0] = 1;
        for (int round = 0; round < 6_000; round++)
        {
            double[,] next = new double[most + 1, most + 1];
            for (int shorter = 0; shorter <= most; shorter++)
            {
                for (int longer = shorter; longer <= most; longer++)
                {
                    double p = now[shorter, longer] / uniform;
                    if (p == 0)
                        continue;
                    if (shorter < most)
                        next[Math.Min(shorter + 1, longer), Math.Max(shorter + 1, longer)] += p * arrivals;
                    else
                        next[shorter, longer] += p * arrivals;
                    next[Math.Max(0, shorter - 1), longer] += p;
                    int left = Math.Max(0, longer - 1);
                    next[Math.Min(shorter, left), Math.Max(shorter, left)] += p;
                }
            }
            now = next;
        }
        double number = 0;
        for (int shorter = 0; shorter <= most; shorter++)
        {
            for (int longer = shorter; longer <= most; longer++)
                number += (shorter + longer) * now[shorter, longer];
        }
        return (number / arrivals) - 1;
    }
}
