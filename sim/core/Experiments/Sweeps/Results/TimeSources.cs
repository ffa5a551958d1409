using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>Where the times of a sweep come from.</summary>
internal static class TimeSources
{
    /// <summary>One entry for each model on each GPU; what cannot start has none.</summary>
    public static JsonArray Of(IEnumerable<SweepPoint> points)
    {
        JsonArray sources = [];
        foreach (RunConfig config in points.Select(p => p.Config).DistinctBy(c => (c.Model, c.Gpu, c.Tp, c.Pp, c.Profile, c.Timing)))
        {
            try
            {
                RunReport report = new(RunReport.LabelOf(config, Nothing), config) { Deployment = Deployment.Resolve(config) };
                sources.Add(new JsonObject
                {
                    ["model"] = report.Label.Model,
                    ["gpu"] = report.Label.Gpu,
                    ["tp"] = config.Tp,
                    ["pp"] = config.Pp,
                    ["time_model"] = report.Manifest(Nothing).TimeModel,
                });
            }
            catch (InputException)
            {
                // Its points say why they failed.
            }
        }
        return sources;
    }

    private static Trace Nothing { get; } = new("", [], [], []);
}
