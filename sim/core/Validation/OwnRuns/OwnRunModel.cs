using ELLM.Sim.Models;
using ELLM.Sim.Workload.Clients;

namespace ELLM.Sim.Validation.OwnRuns;

/// <summary>The shipped model that a client names.</summary>
public static class OwnRunModel
{
    /// <summary>Null where it names none, or none that is shipped.</summary>
    public static string? Of(ClientRun run) =>
        run.Model is string model ? ServingRun.MatchName(model.Split('/')[^1], ModelCatalog.Names) : null;
}
