using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Numerics;
using ELLM.Sim.Time;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Workload.Streams;

/// <summary>Draws a <see cref="StreamSpec"/> piece by piece: the same specification and seed give the same requests anywhere.</summary>
public static class GeneratedStream
{
    /// <exception cref="InputException">A part is no preset, or one whose requests cannot be drawn one by one.</exception>
    public static RequestStream Of(StreamSpec spec, ulong seed)
    {
        GeneratorSpec[] parts = [.. spec.Parts.Select(part => Part(spec, part))];
        byte[] text = Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed} {spec.LengthS} ")
            + string.Join(' ', spec.Parts.Select(part => $"{part.Workload}+{part.StartStep}")));
        string hash = Convert.ToHexStringLower(SHA256.HashData([.. text, .. parts.SelectMany(part => GeneratorJson.ToBytes(part))]));
        return new RequestStream(spec.Name, () => Pieces(spec, parts, seed), spec.Notes ?? [], hash);
    }

    private static GeneratorSpec Part(StreamSpec spec, StreamPart part)
    {
        GeneratorSpec workload = GeneratorPresets.LoadNameOrFile(part.Workload);
        bool oneByOne = workload.Arrivals is RateTableArrivals { ScaleToRatePerS: null }
            && workload is { InputOutputSpearman: 0, MaxTotalTokens: null, ModelShares: null };
        return oneByOne
            ? workload
            : throw new InputException($"{spec.Name}: {part.Workload}: expected a workload whose arrivals are a rate table and whose"
                + " lengths are independent: others are not drawn one by one");
    }

    private static IEnumerable<Trace> Pieces(StreamSpec spec, GeneratorSpec[] parts, ulong seed)
    {
        Source[] sources = [.. parts.Select((part, i) => new Source(part, seed, spec.Parts[i].StartStep))];
        while (true)
        {
            long[] at = new long[RequestStream.PieceRows];
            int[] input = new int[at.Length], output = new int[at.Length];
            int count = 0;
            while (count < at.Length)
            {
                Source next = sources[0];
                for (int i = 1; i < sources.Length; i++)
                {
                    if (sources[i].NextS < next.NextS)
                        next = sources[i];
                }
                if (next.NextS >= spec.LengthS)
                    break;
                next.Take(out at[count], out input[count], out output[count]);
                count++;
            }
            bool last = count < at.Length;
            if (count > 0)
                yield return new Trace(spec.Name, at[..count], input[..count], output[..count]);
            if (last)
                yield break;
        }
    }

    /// <summary>One workload, request by request.</summary>
    private sealed class Source
    {
        private readonly RateTableClock _clock;
        private readonly GeneratorSpec _spec;
        private readonly RandomStream _input, _output;

        public Source(GeneratorSpec spec, ulong seed, int startStep)
        {
            _spec = spec;
            _clock = new RateTableClock(
                (RateTableArrivals)spec.Arrivals, RandomStream.Named(seed, spec.Name + " arrivals"), new BinBudget(int.MaxValue, "step_s"),
                startStep);
            _input = RandomStream.Named(seed, spec.Name + " input");
            _output = RandomStream.Named(seed, spec.Name + " output");
            NextS = _clock.Next();
        }

        public double NextS { get; private set; }

        /// <summary>Times are rounded to whole microseconds, as those of a generated trace.</summary>
        public void Take(out long arrivalPs, out int input, out int output)
        {
            arrivalPs = (long)Math.Round(NextS * 1e6, MidpointRounding.ToEven) * SimTime.PsPerMicrosecond;
            input = _spec.Input.Sample(_input);
            output = _spec.Output.Sample(_output);
            NextS = _clock.Next();
        }
    }
}
