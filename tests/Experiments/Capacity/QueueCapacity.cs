namespace ELLM.Sim.Tests.Experiments.Capacity;

/// <summary>The capacity of a queue with one server, Poisson arrivals and service in whole steps: M/G/1, from its waiting times.</summary>
/// <remarks>
/// F(t) = P(W &lt;= t) solves F(t) = 1 - rho + lambda * integral from 0 to t of P(S > u) F(t - u) du (Takács 1962). P(S > u) is constant
/// inside a step, so the integral is a sum over a grid that divides the step.
/// </remarks>
/// <param name="longerThan">P(S > k) for k from 0, S in steps.</param>
internal sealed class QueueCapacity(double[] longerThan)
{
    private const int PerStep = 50;

    private double MeanTokens { get; } = longerThan.Sum();

    /// <summary>Requests per step at which a share waits at most so many steps.</summary>
    public double PerStepAt(double share, int steps)
    {
        double low = 0, high = 1 / MeanTokens;
        while (high - low > 1e-9 * high)
        {
            double middle = (low + high) / 2;
            (low, high) = WaitsAtMost(middle, steps) >= share ? (middle, high) : (low, middle);
        }
        return low;
    }

    private double WaitsAtMost(double perStep, int steps)
    {
        const double grid = 1.0 / PerStep;
        int points = steps * PerStep;
        double[] within = new double[points + 1];
        double idle = 1 - (perStep * MeanTokens);
        within[0] = idle;
        for (int i = 1; i <= points; i++)
        {
            // Trapezoids between grid points: P(S > u) is that of the step in which the interval lies.
            double sum = 0;
            for (int j = 0; j < i; j++)
                sum += Longer(j / PerStep) * (within[i - j] + within[i - j - 1]) / 2;
            // The newest value is in the first trapezoid itself.
            within[i] = (idle + (perStep * grid * sum)) / (1 - (perStep * grid * Longer(0) / 2));
        }
        return within[points];
    }

    private double Longer(int tokens) => tokens < longerThan.Length ? longerThan[tokens] : 0;
}
