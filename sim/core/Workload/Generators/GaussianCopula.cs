using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Gives two samples the rank correlation of a Gaussian pair, leaving both samples' values as they are.</summary>
/// <remarks>
/// Pairs (z1, z2) with correlation r are drawn; the sample's values are then arranged so that their ranks are those of the
/// pairs. A Gaussian copula with Spearman's rho has <c>r = 2 sin(pi rho / 6)</c> (Kruskal, JASA 53, 1958). Arranging by ranks:
/// Iman and Conover, Communications in Statistics B11, 1982.
/// </remarks>
internal static class GaussianCopula
{
    public static void Pair(int[] first, int[] second, double spearman, RandomStream random)
    {
        double r = 2 * DeterministicMath.Sin(Math.PI * spearman / 6);
        double rest = Math.Sqrt(1 - r * r);
        double[] z1 = new double[first.Length];
        double[] z2 = new double[first.Length];
        for (int i = 0; i < z1.Length; i++)
        {
            z1[i] = Distributions.Normal(random);
            z2[i] = r * z1[i] + rest * Distributions.Normal(random);
        }
        Arrange(first, z1);
        Arrange(second, z2);
    }

    private static void Arrange(int[] values, double[] z)
    {
        int[] order = new int[z.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(z, order);
        // The sort is not stable: the index orders what is equal.
        for (int first = 0, end; first < z.Length; first = end)
        {
            for (end = first + 1; end < z.Length && z[end] == z[first]; end++)
            {
            }
            if (end - first > 1)
                Array.Sort(order, first, end - first);
        }
        int[] sorted = (int[])values.Clone();
        Array.Sort(sorted);
        for (int rank = 0; rank < order.Length; rank++)
            values[order[rank]] = sorted[rank];
    }
}
