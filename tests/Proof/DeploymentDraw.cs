using System.Globalization;
using System.Text;
using ELLM.Sim.Numerics;
using ELLM.Sim.Tests.Cli;

namespace ELLM.Sim.Tests.Proof;

/// <summary>A command line drawn at random, and the inputs it names: every preset, and every way the engine runs.</summary>
/// <remarks>
/// Small pools and short traces, so that preemption, swapping and streaming happen within a few dozen requests. Only the spelling of
/// the command line is used, nothing of the code behind it: a renamed type or a moved file changes nothing here.
/// </remarks>
internal sealed class DeploymentDraw
{
    public const int Count = 300;

    private static readonly string[] Presets =
    [
        "vllm", "ellm", "vllm-v1", "layerkv", "sarathi", "vtensor", "static", "orca-pow2", "vllm-cp", "ellm-no-slo", "vattention", "oracle",
        "layerkv-no-slo", "ellm-gpu", "orca-max", "ellm-sync", "orca-oracle",
    ];

    private static readonly (string Model, string Gpu, int Tp)[] Hardware =
    [
        ("llama-3.1-8b", "a100-80", 1), ("llama-3.1-8b", "h100", 1), ("llama-3.2-1b", "rtx-4090", 1), ("llama-3.2-3b", "a100-40", 1),
        ("qwen3-32b", "h200", 2), ("llama-3.1-70b", "h100", 4), ("opt-13b", "a100-80", 1), ("llama-2-7b", "l40s", 1),
        ("llama-3-8b", "a100-80", 2),
    ];

    private static readonly string[][] Together =
        [["llama-3.2-1b", "llama-3.2-3b"], ["llama-3.1-8b", "llama-3.2-1b", "llama-3.2-3b"], ["llama-3.1-8b", "llama-3-8b"]];

    private readonly RandomStream _random;
    private readonly int _index;

    private DeploymentDraw(int index)
    {
        _index = index;
        _random = RandomStream.Named(56, $"deployment {index}");
    }

    /// <summary>The arguments of deployment <paramref name="index"/>, its trace written into the folder.</summary>
    public static string[] Arguments(int index, ScratchFolder folder)
    {
        DeploymentDraw draw = new(index);
        return index % 12 == 11 ? draw.Colocation(folder) : draw.Replay(folder);
    }

    private string[] Replay(ScratchFolder folder)
    {
        string preset = Presets[_index % Presets.Length];
        bool streams = preset is "ellm" or "ellm-no-slo" or "ellm-sync" or "layerkv" or "layerkv-no-slo";
        bool elastic = streams || preset is "ellm-gpu" or "oracle";
        bool swaps = preset is "vllm" or "vllm-cp" && Chance(2);
        bool vidur = preset is "vllm" or "sarathi" or "static" or "orca-max" && !swaps && Chance(3);
        (string model, string gpu, int tp) = Pick(Hardware);
        bool mapped = preset is "vtensor" or "vattention";
        int kvTokens = mapped ? Pick([8_000, 12_000, 20_000]) : elastic ? Pick([300, 1_500, 4_000]) : Pick([1_500, 3_000, 6_000, 12_000]);
        int longest = Math.Min(Math.Max(1_024, kvTokens), Pick([1_024, 2_048, 4_096]));
        int sequences = Pick([3, 24, 64, 128]);
        List<string> args =
        [
            "replay", Trace(folder, longest, closed: !vidur && Chance(5)), "--policy", preset,
            "--model", model, "--gpu", gpu, "--tp", Text(tp), "--limit", "60",
        ];
        Set(args, "memory.kv_tokens", Text(preset is "static" or "orca-max" ? 2 * kvTokens : kvTokens));
        Set(args, "engine.max_model_len", Text(longest));
        Set(args, "engine.max_num_seqs", Text(sequences));
        bool chunked = preset is "vllm-cp" or "sarathi" or "vllm-v1";
        Set(args, "engine.max_num_batched_tokens", Text(chunked ? Pick([128, 256, 512]) : Pick([longest, 2 * longest, 8192])));
        if (swaps)
            Set(args, "policy.overflow", "swap");
        if (swaps || streams)
            Set(args, "policy.swap_gib", Pick(["0.05", "0.3", "4"]));
        if (Chance(4))
            Set(args, "policy.requeue", "back");
        if (streams)
            Set(args, "policy.stream_window_layers", Text(1 + Below(3)));
        if (streams && Chance(2))
            Set(args, "policy.fetching", Pick(["sync", "background"]));
        if (preset.StartsWith("layerkv", StringComparison.Ordinal) && Chance(2))
            Set(args, "policy.length_predictor", Pick(["fixed", "oracle"]));
        if (preset is "ellm-gpu" or "ellm" or "vtensor" or "vattention" && Chance(3))
            Set(args, "policy.vmm_costs", "sampled");
        if (Chance(4))
            args.AddRange(["--slo", Pick(["ttft=200ms,tpot=20ms", "ttft=1s,tpot=40ms", "ttft=50ms,tpot=8ms"])]);
        if (Chance(4))
            Set(args, "engine.overhead", Pick(["eager", "none"]));
        if (vidur)
            args.AddRange(["--compat", "vidur"]);
        else
            Shape(args, pipelines: !elastic && gpu != "rtx-4090");
        return [.. args, "--no-oracle", "--out", folder.In("out"), "--quiet"];
    }

    /// <summary>Replicas, pipeline stages, single steps, checks: what the engine's own loop knows.</summary>
    private void Shape(List<string> args, bool pipelines)
    {
        if (Chance(3))
        {
            Set(args, "engine.replicas", Text(2 + Below(2)));
            Set(args, "engine.router", Pick(["round-robin", "least-outstanding"]));
        }
        if (pipelines && Chance(3))
            args.AddRange(["--pp", Pick(["2", "4"])]);
        if (Chance(5))
            args.Add("--step");
        if (Chance(3))
            args.Add("--check");
    }

    private string[] Colocation(ScratchFolder folder)
    {
        string[] models = Pick(Together);
        List<string> args = ["colocate", Trace(folder, 4_096, closed: false, models)];
        args.AddRange(["--gpu", Pick(["a100-40", "a100-80"]), "--engine", Pick(["vllm", "vllm-v1", "sarathi", "vllm-cp"])]);
        Set(args, "engine.max_model_len", "4096");
        Set(args, "engine.gpu_memory_utilization", Pick(["0.90", "0.75"]));
        if (Chance(2))
            Set(args, "colocation.page_mib", "4");
        if (Chance(3))
            Set(args, "colocation.unmapping", "background");
        if (Chance(3))
            Set(args, "colocation.page_choice", "fullest");
        if (Chance(3))
            args.Add("--step");
        if (Chance(2))
            args.Add("--check");
        return [.. args, "--policies", "all", "--out", folder.In("out"), "--quiet"];
    }

    /// <summary>A trace of bursts and lulls, or the specification of closed-loop users.</summary>
    private string Trace(ScratchFolder folder, int longest, bool closed, string[]? models = null)
    {
        int requests = models is null ? 20 + Below(40) : 60 + Below(60);
        if (closed)
        {
            return folder.File("users.json", $$"""
                { "name": "users", "description": "users",
                  "arrivals": { "kind": "closed_loop", "users": {{1 + Below(12)}},
                    "think_time_s": { "weights": [1], "mu": [{{Below(3) - 2}}], "sigma": [0.5] } },
                  "input": { "kind": "lognormal_mixture", "weights": [1], "mu": [5.5], "sigma": [1], "min": 1, "max": {{longest / 2}} },
                  "output": { "kind": "lognormal_mixture", "weights": [1], "mu": [4.5], "sigma": [1], "min": 1, "max": {{longest / 2}} } }
                """);
        }
        StringBuilder csv = new(models is null ? "arrival_s,input_tokens,output_tokens\n" : "arrival_s,input_tokens,output_tokens,model\n");
        double now = 0;
        double gap = Pick([0.005, 0.03, 0.2]);
        int output = Pick([20, 300, 900]);
        for (int i = 0; i < requests; i++)
        {
            now += Chance(3) ? 0 : Below(2000) / 1000.0 * gap;
            int prompt = 1 + Below(Chance(4) ? longest : longest / 4);
            csv.Append(CultureInfo.InvariantCulture, $"{Math.Round(now, 6)},{prompt},{1 + Below(Chance(6) ? 2 : output)}");
            csv.Append(models is null ? "\n" : $",{Pick(models)}\n");
        }
        return folder.File("trace.csv", csv.ToString());
    }

    private static void Set(List<string> args, string key, string value) => args.AddRange(["--set", $"{key}={value}"]);

    private bool Chance(int oneIn) => Below(oneIn) == 0;

    private int Below(int n) => (int)_random.NextBelow((ulong)n);

    private T Pick<T>(T[] choices) => choices[Below(choices.Length)];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
