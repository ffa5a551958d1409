using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Numerics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Draws traces: the same specification, count and seed give the same trace on every machine.</summary>
/// <remarks>
/// <para>The first request arrives at 0. Arrival times are rounded once, to whole microseconds, so that a trace written as
/// CSV reads back to the same picoseconds. Arrivals, input lengths, output lengths, models and the pairing of lengths draw
/// from streams of their own.</para>
/// </remarks>
public static class TraceGenerator
{
    private const double MaxMicroseconds = (double)(long.MaxValue / SimTime.PsPerMicrosecond);

    /// <param name="spec">What to draw.</param>
    /// <param name="count">Requests, at least 1.</param>
    /// <param name="seed">Root seed.</param>
    /// <param name="ratePerSecond">Mean rate instead of the specification's, or null.</param>
    /// <exception cref="InputException">The specification is wrong or the trace outlasts the clock.</exception>
    public static Trace Generate(GeneratorSpec spec, int count, ulong seed, double? ratePerSecond = null)
    {
        if (count < 1)
            throw new InputException($"requests to generate: expected at least 1, found {count}");
        if (ratePerSecond is { } rate && !(rate > 0 && double.IsFinite(rate)))
            throw new InputException(FormattableString.Invariant($"rate [requests/s]: expected a number above 0, found {rate}"));
        spec.Check();
        if (spec.Prompts is { } prompts)
        {
            Trace drawn = InOrder(spec, prompts, prompts.Draw(spec, count, seed), seed, ratePerSecond);
            return drawn.At(drawn.ArrivalPs, Hash(spec, count, seed, ratePerSecond));
        }
        (long[] arrivals, ClosedLoopPlan? loop) = Arrivals(spec, count, seed, ratePerSecond);
        (int[] input, int[] output) = Lengths(spec, count, seed);
        return new Trace(spec.Name, arrivals, input, output)
        {
            Columns = [.. new OptionalColumn?[] { loop, Models(spec, count, seed) }.OfType<OptionalColumn>()],
            ContentHash = Hash(spec, count, seed, ratePerSecond),
        };
    }

    /// <summary>What <see cref="Generate"/> would draw at another rate with the same seed: lengths are shared, only arrivals are
    /// drawn anew.</summary>
    internal static Trace AtRate(Trace drawn, GeneratorSpec spec, ulong seed, double ratePerSecond) => spec.Prompts?.StartsSessions == true
        ? TraceRate.Rescale(drawn, ratePerSecond)
        : drawn.At(Arrivals(spec, drawn.Count, seed, ratePerSecond).Arrivals, Hash(spec, drawn.Count, seed, ratePerSecond));

    /// <summary>Input and output lengths without arrivals, for tests and length files.</summary>
    internal static (int[] Input, int[] Output) Lengths(GeneratorSpec spec, int count, ulong seed)
    {
        int[] input = Draw(spec.Input, count, RandomStream.Named(seed, "input"));
        int[] output = Draw(spec.Output, count, RandomStream.Named(seed, "output"));
        if (spec.InputOutputSpearman != 0)
            GaussianCopula.Pair(input, output, spec.InputOutputSpearman, RandomStream.Named(seed, "pairing"));
        if (spec.MaxTotalTokens is { } most)
            FitTotals(input, output, most, RandomStream.Named(seed, "totals"));
        return (input, output);
    }

    /// <summary>Sessions at their starts, requests in order of arrival: later turns where they come when answers take no time.</summary>
    private static Trace InOrder(GeneratorSpec spec, PromptSpec prompts, PromptDraw draw, ulong seed, double? ratePerSecond)
    {
        double[] starts = spec.Arrivals.Sample(draw.Sessions, RandomStream.Named(seed, "arrivals"));
        Rescale(starts, spec.Arrivals, ratePerSecond * draw.Sessions / draw.Count);
        long[] arrivals = Round(starts, spec.Name), thinks = Round([.. draw.ThinkS], spec.Name), times = new long[draw.Count];
        for (int i = 0; i < times.Length; i++)
        {
            long fromPs = draw.Turn[i] == 0 ? arrivals[draw.Session[i]] : times[i - 1];
            times[i] = thinks[i] <= long.MaxValue - fromPs
                ? fromPs + thinks[i]
                : throw new InputException($"{spec.Name}: turn {draw.Turn[i] + 1} of a session is beyond the clock of 106 days");
        }
        OptionalColumn?[] columns =
            [prompts.StartsSessions ? draw.Plan(thinks) : null, draw.Prefixes(prompts.BlockTokens), Models(spec, draw.Count, seed)];
        Trace drawn = new(spec.Name, times, [.. draw.Input], [.. draw.Output]) { Columns = [.. columns.OfType<OptionalColumn>()] };
        int[] order = [.. Enumerable.Range(0, times.Length).OrderBy(i => times[i])];
        return drawn.Pick(order, Array.ConvertAll(order, i => times[i]));
    }

    /// <summary>A request too long in all swaps its output with a random request when both then fit, and is cut otherwise.</summary>
    /// <remarks>Swapping leaves both distributions of lengths as they are.</remarks>
    private static void FitTotals(int[] input, int[] output, int most, RandomStream random)
    {
        const int attempts = 100;
        for (int i = 0; i < input.Length; i++)
        {
            for (int attempt = 0; attempt < attempts && input[i] > most - output[i]; attempt++)
            {
                int other = (int)random.NextBelow((ulong)input.Length);
                if (input[i] <= most - output[other] && input[other] <= most - output[i])
                    (output[i], output[other]) = (output[other], output[i]);
            }
            input[i] = Math.Min(input[i], most - 1);
            output[i] = Math.Min(output[i], most - input[i]);
        }
    }

    private static int[] Draw(LengthSpec lengths, int count, RandomStream random)
    {
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++)
            drawn[i] = lengths.Sample(random);
        return drawn;
    }

    private static (long[] Arrivals, ClosedLoopPlan? Loop) Arrivals(GeneratorSpec spec, int count, ulong seed, double? ratePerSecond)
    {
        double[] seconds = spec.Arrivals.Sample(count, RandomStream.Named(seed, "arrivals"));
        if (spec.Arrivals is ClosedLoopSpec closed)
        {
            if (ratePerSecond is not null)
                throw new InputException($"{spec.Name}: a closed loop has no rate: completions make the arrivals");
            return (new long[count], new ClosedLoopPlan(closed.Users, Round(seconds, spec.Name)));
        }
        Rescale(seconds, spec.Arrivals, ratePerSecond);
        return (Round(seconds, spec.Name), null);
    }

    private static ModelColumn? Models(GeneratorSpec spec, int count, ulong seed)
    {
        if (spec.ModelShares is null)
            return null;
        RandomStream random = RandomStream.Named(seed, "models");
        int[] models = new int[count];
        for (int i = 0; i < count; i++)
            models[i] = Distributions.Choice(random, spec.ModelShares);
        return new ModelColumn(models, [.. spec.ModelShares.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"model-{i}"))]);
    }

    private static void Rescale(double[] seconds, ArrivalSpec arrivals, double? ratePerSecond)
    {
        double first = seconds[0];
        double factor = 1;
        if (arrivals.ScaleToRatePerS is { } exact && seconds.Length > 1)
            factor = (seconds.Length - 1) / (seconds[^1] - first) / (ratePerSecond ?? exact);
        else if (ratePerSecond is { } rate)
            factor = arrivals.NominalRatePerS / rate;
        for (int i = 0; i < seconds.Length; i++)
            seconds[i] = (seconds[i] - first) * factor;
    }

    private static long[] Round(double[] seconds, string name)
    {
        long[] times = new long[seconds.Length];
        for (int i = 0; i < times.Length; i++)
        {
            double microseconds = Math.Round(seconds[i] * 1e6, MidpointRounding.ToEven);
            if (!(microseconds < MaxMicroseconds))
                throw new InputException(
                    $"{name}: request {i + 1} arrives beyond the simulator's clock of 106 days; ask for fewer requests or a higher rate");
            times[i] = (long)microseconds * SimTime.PsPerMicrosecond;
        }
        return times;
    }

    private static string Hash(GeneratorSpec spec, int count, ulong seed, double? rate)
    {
        string draw = FormattableString.Invariant($"\n{count} {seed} {rate}");
        return Convert.ToHexStringLower(SHA256.HashData([.. GeneratorJson.ToBytes(spec), .. Encoding.UTF8.GetBytes(draw)]));
    }
}
