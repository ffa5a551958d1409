namespace ELLM.Sim.Configuration;

/// <summary>Where iteration times come from.</summary>
/// <param name="Model">analytic, table:DIR, table:DIR+analytic, linear:NAME or constant:step_us=N (see <see cref="Timing.TimeModelCatalog"/>).</param>
/// <param name="Profile">Timing profile in the catalog or a file; gpu: the one the GPU names.</param>
/// <param name="Weights">model (as the model's shape says), fp8-dynamic or fp8-static.</param>
/// <param name="Kv">KV elements: 16bit or fp8.</param>
public sealed record TimingSpec(string Model = "analytic", string Profile = "gpu", string Weights = "model", string Kv = "16bit");
