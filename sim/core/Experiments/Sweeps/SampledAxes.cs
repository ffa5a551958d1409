using System.Text.Json.Nodes;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>Draws the axes of a <see cref="SampledSpec"/>.</summary>
internal static class SampledAxes
{
    /// <summary>One axis each, <see cref="SampledSpec.Samples"/> values long.</summary>
    /// <param name="sobol">A Sobol sequence instead of independent draws.</param>
    public static IReadOnlyList<Axis> Draw(SampledSpec spec, bool sobol)
    {
        string block = sobol ? "sobol" : "random";
        if (spec.Samples < 1)
            throw new InputException($"{block}.samples: expected at least 1, found {spec.Samples}");
        if (spec.Axes.Count == 0)
            throw new InputException($"{block}.axes: expected at least one axis, found none");
        Func<double, JsonNode?>[] inverse = [.. spec.Axes.Select(axis => Inverse(axis.Key, axis.Value))];
        AxisSetting[] settings = [.. spec.Axes.Select(axis => AxisSetting.Find(axis.Key))];
        JsonNode?[][] values = [.. settings.Select(_ => new JsonNode?[spec.Samples])];
        SobolSequence? sequence = sobol ? new SobolSequence(settings.Length) : null;
        RandomStream[] streams = [.. settings.Select(s => RandomStream.Named(spec.Seed, $"axis {s.Name}"))];
        for (int i = 0; i < spec.Samples; i++)
        {
            double[] at = sequence?.Next() ?? [.. streams.Select(s => s.NextDouble())];
            for (int d = 0; d < settings.Length; d++)
                values[d][i] = settings[d].Check(inverse[d](at[d]));
        }
        return [.. settings.Select((s, d) => new Axis(s, values[d]))];
    }

    private static Func<double, JsonNode?> Inverse(string name, JsonNode? node)
    {
        if (node is JsonObject range)
            return AxisRange.Parse(AxisSetting.Find(name), range, stepped: false).At;
        IReadOnlyList<JsonNode?> choices = Axis.OfList(name, node).Values;
        return share => choices[(int)(share * choices.Count)]?.DeepClone();
    }
}
