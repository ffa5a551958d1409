using System.Globalization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>How a router spreads tokens over experts.</summary>
/// <remarks>
/// <para>It decides how many experts a small batch touches, and so the bytes that are read: no coefficient moves a decode step
/// as much.</para>
/// <list type="bullet">
/// <item>balanced: every expert gets the same number of tokens, as early as possible.</item>
/// <item>uniform: each token draws its experts at random; E (1 - (1 - k/E)^T) of E experts are touched.</item>
/// <item>power-law:A: loads of experts follow a density x^-A between 1 and 0.8 T, taken at its quantiles.</item>
/// </list>
/// </remarks>
/// <param name="Name">As it was written.</param>
/// <param name="Skew">Exponent of the power law; 0: uniform; negative: balanced.</param>
public sealed record ExpertRouting(string Name, double Skew)
{
    private const string PowerLaw = "power-law:";

    /// <summary>Expected largest of 1, 2, 4, ... standard normal draws: how far the busiest rank is above the mean.</summary>
    private static readonly double[] LargestDraw = [0, 0.564, 1.029, 1.424, 1.766, 2.070, 2.344, 2.594, 2.825];

    /// <summary>Each token draws its experts: what routers are trained to do.</summary>
    public static ExpertRouting Uniform { get; } = new("uniform", 0);

    /// <exception cref="InputException">No such routing.</exception>
    public static ExpertRouting Parse(string text)
    {
        if (text == Uniform.Name)
            return Uniform;
        if (text == "balanced")
            return new ExpertRouting(text, -1);
        if (text.StartsWith(PowerLaw, StringComparison.Ordinal)
            && double.TryParse(text[PowerLaw.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out double skew)
            && skew is > 0 and <= 10 && skew != 1)
        {
            return new ExpertRouting(text, skew);
        }
        throw new InputException(
            $"timing.routing: expected balanced, uniform or power-law:A with A above 0, up to 10 and not 1, found {text}");
    }

    /// <summary>What the busiest of the expert-parallel ranks has to do.</summary>
    /// <param name="experts">Experts of the layer.</param>
    /// <param name="top">Experts a token goes to.</param>
    /// <param name="ranks">Ranks that divide the experts.</param>
    /// <param name="tokens">Tokens of all ranks.</param>
    /// <param name="block">Tokens of a tile: each expert's are padded to whole ones.</param>
    public ExpertLoad Load(int experts, int top, int ranks, int tokens, int block) => Skew switch
    {
        > 0 => Skewed(experts, top, ranks, tokens, block),
        0 => Random(experts, top, ranks, tokens, block),
        _ => Even(experts, top, ranks, tokens, block),
    };

    private static ExpertLoad Even(int experts, int top, int ranks, int tokens, int block)
    {
        double pairs = (double)tokens * top;
        double touched = Math.Min(experts, pairs);
        double padded = touched * Math.Ceiling(pairs / touched / block) * block;
        return new ExpertLoad(touched / ranks, pairs / ranks, padded / ranks);
    }

    private static ExpertLoad Random(int experts, int top, int ranks, int tokens, int block)
    {
        double mean = (double)tokens * top / ranks;
        double miss = DeterministicMath.Pow(1 - (double)top / experts, tokens);
        double touched = (double)experts / ranks * (1 - miss);
        double pairs = mean + Largest(ranks) * DeterministicMath.Sqrt(mean);
        return new ExpertLoad(touched, pairs, touched * Tiles(pairs / touched, block) * block);
    }

    private ExpertLoad Skewed(int experts, int top, int ranks, int tokens, int block)
    {
        double[] loads = Loads(experts, top, tokens);
        double mean = (double)tokens * top / experts;
        double distinct = 0;
        double random = 0;
        double tiles = 0;
        double variance = 0;
        foreach (double load in loads)
        {
            distinct += load >= 0.5 ? 1 : 0;
            random += 1 - DeterministicMath.Exp(-load);
            tiles += load >= 0.5 ? Tiles(load, block) : 0;
            variance += (load - mean) * (load - mean) / experts;
        }
        // Few tokens meet experts as if drawn; many fill each one's share.
        double share = Math.Clamp(mean - 1, 0, 1);
        double touched = Math.Min(random + share * (distinct - random), (double)tokens * top);
        double local = (double)experts / ranks;
        double pairs = local * mean + Largest(ranks) * DeterministicMath.Sqrt(local * variance);
        return new ExpertLoad(touched / ranks, Math.Min(pairs, (double)tokens * top), Math.Max(tiles, touched) / ranks * block);
    }

    /// <summary>Tokens of each expert at the quantiles of the law, none above the number of tokens.</summary>
    private double[] Loads(int experts, int top, int tokens)
    {
        double power = 1 - Skew;
        double span = DeterministicMath.Pow(Math.Max(2, 0.8 * tokens), power) - 1;
        double[] loads = new double[experts];
        double sum = 0;
        for (int i = 0; i < experts; i++)
            sum += loads[i] = DeterministicMath.Pow(span * ((i + 0.5) / experts) + 1, 1 / power);
        double left = (double)tokens * top;
        // The largest come last: what they have above the number of tokens goes to the others.
        for (int i = experts - 1; i >= 0; i--)
        {
            double load = Math.Min(tokens, loads[i] * left / sum);
            sum -= loads[i];
            left -= load;
            loads[i] = load;
        }
        return loads;
    }

    /// <summary>Tiles of an expert whose load is random around a mean: one at least, half a tile lost on average.</summary>
    private static double Tiles(double load, int block) => Math.Max(1, load / block + 0.5);

    private static double Largest(int ranks)
    {
        int power = 0;
        while (1 << (power + 1) <= ranks)
            power++;
        return LargestDraw[Math.Min(power, LargestDraw.Length - 1)];
    }
}

/// <summary>Work of one rank's experts in one layer.</summary>
/// <param name="Distinct">Local experts with at least one token.</param>
/// <param name="Pairs">Tokens times the local experts they go to.</param>
/// <param name="Padded">The same with each expert's tokens padded to whole tiles.</param>
public readonly record struct ExpertLoad(double Distinct, double Pairs, double Padded);
