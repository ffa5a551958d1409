namespace ELLM.Sim.Tests.Workload;

internal static class KolmogorovSmirnov
{
    /// <summary>Largest distance between the two samples' distribution functions (Kolmogorov and Smirnov).</summary>
    public static double Distance(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        int[] a = first.ToArray(), b = second.ToArray();
        Array.Sort(a);
        Array.Sort(b);
        double largest = 0;
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            int value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] == value)
                i++;
            while (j < b.Length && b[j] == value)
                j++;
            largest = Math.Max(largest, Math.Abs(i / (double)a.Length - j / (double)b.Length));
        }
        return largest;
    }
}
