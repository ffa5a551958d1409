using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>Requests for several models in order of arrival, and the model of each as an index into a <see cref="ModelMap"/>.</summary>
public sealed record ModelRequests(Trace Trace, int[] ModelOf)
{
    /// <summary>The models' own traces, merged; equal times keep the order of the map.</summary>
    /// <param name="options">Limit and rate are those of the whole; the seed is shared by all, each model draws its own stream from
    /// it.</param>
    public static ModelRequests OfMap(ModelMap map, TraceReadOptions options)
    {
        if (!map.HasTraces)
            throw new InputException($"model map {map.Name}: its models have no requests of their own: name a trace with a model column");
        List<(long ArrivalPs, int Input, int Output, int Model)> all = [];
        StringBuilder hashes = new();
        for (int i = 0; i < map.Models.Count; i++)
        {
            MappedModel model = map.Models[i];
            Trace own = model.Workload is { } workload
                ? TraceGenerator.Generate(workload, model.Requests!.Value, unchecked(options.Seed + (ulong)i))
                : Traces.Load(model.Trace!, new TraceReadOptions { Seed = unchecked(options.Seed + (ulong)i) }).Trace;
            if (own.ClosedLoop is not null)
                throw new InputException($"model map {map.Name}: '{model.Id}': a closed loop has no arrival times to merge");
            if (own.Find<SessionPlan>() is not null)
                throw new InputException($"model map {map.Name}: '{model.Id}': turns that wait for answers have no arrival times to merge");
            long startPs = SimTime.FromSeconds(model.StartS).Picoseconds;
            for (int r = 0; r < own.Count; r++)
                all.Add((checked(own.ArrivalPs[r] + startPs), own.InputTokens[r], own.OutputTokens[r], i));
            hashes.Append(own.ContentHash).Append('\n');
        }
        // OrderBy is stable.
        (long ArrivalPs, int Input, int Output, int Model)[] merged =
            [.. all.OrderBy(r => r.ArrivalPs).Take((int)Math.Min(int.MaxValue, options.Limit ?? int.MaxValue))];
        long[] arrivals = Stretch([.. merged.Select(r => r.ArrivalPs)], options);
        ModelColumn models = new([.. merged.Select(r => r.Model)], [.. map.Models.Select(m => m.Id)]);
        Trace trace = new(map.Name, arrivals, [.. merged.Select(r => r.Input)], [.. merged.Select(r => r.Output)])
        {
            Columns = [models],
            ContentHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashes.ToString()))),
        };
        return new ModelRequests(trace, models.Index);
    }

    /// <summary>A trace whose model column names models of the map.</summary>
    /// <exception cref="InputException">No such column, or a model that the map does not know.</exception>
    public static ModelRequests OfTrace(Trace trace, ModelMap map)
    {
        if (map.HasTraces)
            throw new InputException(
                $"model map {map.Name}: its models bring their own requests, so no trace goes with it, found {trace.Name}");
        if (trace.ClosedLoop is not null)
            throw new InputException($"{trace.Name}: a closed loop has no models");
        if (trace.Models is not { } models)
            throw new InputException($"{trace.Name}: no model column: expected a trace that says which model each request is for");
        int[] indices = new int[models.Names.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = map.IndexOf(models.Names[i]);
            if (indices[i] < 0)
            {
                throw new InputException(
                    $"{trace.Name}{models.PlaceOf(i)}: expected a model of the map {map.Name} ({Shown(map)}), found '{models.Names[i]}'");
            }
        }
        return new ModelRequests(trace, Array.ConvertAll(models.Index, m => indices[m]));
    }

    /// <summary>The requests of one model.</summary>
    public Trace Of(int model)
    {
        int[] own = [.. Enumerable.Range(0, Trace.Count).Where(i => ModelOf[i] == model)];
        return Trace.Pick(own, Array.ConvertAll(own, i => Trace.ArrivalPs[i]));
    }

    private static string Shown(ModelMap map)
    {
        const int Most = 8;
        string names = string.Join(", ", map.Models.Take(Most).Select(m => m.Id));
        return map.Models.Count > Most ? $"{names}, … {map.Models.Count} in all" : names;
    }

    private static long[] Stretch(long[] arrivals, TraceReadOptions options)
    {
        if (arrivals.Length == 0)
            return arrivals;
        double span = arrivals[^1] - arrivals[0];
        double factor = options.TimeScale
            ?? (options.RatePerSecond is { } rate && span > 0 ? (arrivals.Length - 1) / rate * SimTime.PsPerSecond / span : 1);
        return factor == 1 ? arrivals : Array.ConvertAll(arrivals, a => (long)Math.Round((a - arrivals[0]) * factor));
    }
}
