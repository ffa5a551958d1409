namespace ELLM.Sim.Plots;

/// <summary>Curves and bars one line of text high, for tables on a terminal.</summary>
public static class Sparkline
{
    private const string Heights = "▁▂▃▄▅▆▇█";
    private const string Eighths = " ▏▎▍▌▋▊▉█";

    /// <summary>One character a cell, the mean of the values that fall on it; a dot where no value is finite.</summary>
    /// <param name="width">Most characters; fewer when there are fewer values.</param>
    public static string Of(ReadOnlySpan<double> values, int width)
    {
        int cells = Math.Min(Math.Max(width, 0), values.Length);
        double[] means = new double[cells];
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int cell = 0; cell < cells; cell++)
        {
            int from = (int)((long)cell * values.Length / cells), to = (int)((cell + 1L) * values.Length / cells), count = 0;
            double sum = 0;
            foreach (double value in values[from..to])
            {
                if (double.IsFinite(value))
                    (sum, count) = (sum + value, count + 1);
            }
            means[cell] = count == 0 ? double.NaN : sum / count;
            if (count > 0)
                (low, high) = (Math.Min(low, means[cell]), Math.Max(high, means[cell]));
        }
        return string.Create(cells, (means, low, high), static (text, state) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                double share = state.high > state.low ? (state.means[i] - state.low) / (state.high - state.low) : 0;
                text[i] = double.IsNaN(state.means[i]) ? '·' : Heights[Math.Clamp((int)(share * Heights.Length), 0, Heights.Length - 1)];
            }
        });
    }

    /// <summary>A horizontal bar of a share between 0 and 1, padded to its width.</summary>
    public static string Bar(double share, int width)
    {
        if (!double.IsFinite(share) || width <= 0)
            return new string(' ', Math.Max(width, 0));
        int eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * width * 8);
        string full = new('█', eighths / 8);
        return (eighths % 8 == 0 ? full : full + Eighths[eighths % 8]).PadRight(width);
    }
}
