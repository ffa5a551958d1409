using ELLM.Sim.Settings;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>The serving engine's own settings, named and with the defaults as vLLM has them.</summary>
public sealed record EngineSpec(
    [property: Knob("engine and version whose start-up memory and defaults hold, such as vllm-0.19")] string Release = "vllm-0.5",
    [property: Knob("longest prompt plus output in tokens; null: the model's own limit", 2)] int? MaxModelLen = null,
    [property: Knob("most sequences in a batch; null: the release's default on the card", 1, 1 << 20)] int? MaxNumSeqs = null,
    [property: Knob("most tokens in an iteration; null: the release's default on the card, max(max_model_len, 2048) where it chunks no prompts", 1)] int? MaxNumBatchedTokens = null,
    [property: Knob("share of the visible GPU memory the engine may use; null: the release's default", 0.01, 1)] double? GpuMemoryUtilization = null,
    [property: Overhead] string Overhead = "graph",
    [property: Knob(
        "refuse to start when the KV pool cannot hold one request of max_model_len, as vLLM does; otherwise such requests are rejected")] bool StrictStart = false,
    [property: Knob("independent copies of the engine behind the router", 1, 65_535)] int Replicas = 1,
    [property: Knob("how requests reach replicas: a router, NAME or NAME:key=value,... (docs/fleets.md)")] string Router = "round-robin",
    [property: Knob("link between pipeline stages", SendReceiveTable.IntraNode, SendReceiveTable.InterNode)] string StageLink =
        "intra-node",
    [property: Knob("longest context in tokens that decodes in captured CUDA graphs, longer batches decode eagerly; null: any", 1)]
    int? GraphContext = null);

/// <summary>The words of <see cref="EngineSpec.Overhead"/>: those of every device, and the engines of the catalogue.</summary>
internal sealed class OverheadAttribute()
    : KnobAttribute("host overhead of an iteration: of the device (graph, eager), none, or of a named engine")
{
    public override IReadOnlyList<string> Words => ["graph", "eager", "none", .. OverheadCatalog.Names];
}
