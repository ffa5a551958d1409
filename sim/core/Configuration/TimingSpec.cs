using ELLM.Sim.Settings;

namespace ELLM.Sim.Configuration;

/// <summary>Where iteration times come from (<see cref="Timing.TimeModelCatalog"/>).</summary>
public sealed record TimingSpec(
    [property: Knob("source of iteration times: analytic, table:DIR, table:DIR+analytic, linear:NAME or constant:step_us=N")] string Model =
        "analytic",
    [property: Knob("timing profile in the catalog, or the path of a file; gpu: the one the GPU names")] string Profile = "gpu",
    [property: Knob("weights of the layers; model: as the model's shape says", "model", "fp8-dynamic", "fp8-static")] string Weights =
        "model",
    [property: Knob("KV elements", "16bit", "fp8")] string Kv = "16bit",
    [property: Knob("how tokens spread over experts: balanced, uniform or power-law:A")] string Routing = "uniform",
    [property: Knob("times of experts: formula, or a folder of measured tables (moe_FORMAT.csv) that has their shape")] string Experts = "formula");
