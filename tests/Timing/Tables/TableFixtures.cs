using System.Globalization;
using System.Text;
using ELLM.Sim.Models;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Tests.Timing.Tables;

/// <summary>Small tables of every kind for a made-up model, with times that are easy to predict.</summary>
internal static class TableFixtures
{
    public static ModelSpec Model { get; } = new("tiny", "made up", Layers: 2, Hidden: 256, Ffn: 512, QHeads: 4, KvHeads: 2, HeadDim: 64,
        Vocab: 1000, MaxModelLen: 4096, Gated: true);

    public static TimingProfile Device => TimingCatalog.Load("rtx-pro-6000");

    /// <summary>Every operator takes <c>10 + tokens / 8</c> us, decode attention <c>5 b + kv b / 64</c>, prefill <c>20 + chunk / 4
    /// + cached / 64</c>.</summary>
    public static void ServingSim(ScratchFolder folder, bool mixed = true)
    {
        StringBuilder dense = new("layer,tokens,time_us\n");
        foreach (string layer in (string[])["qkv_proj", "o_proj", "gate_up_proj", "down_proj", "layernorm", "rotary_emb", "act_fn",
            "embedding", "final_layernorm"])
        {
            foreach (int tokens in (int[])[1, 8, 64, 512])
                dense.Append(CultureInfo.InvariantCulture, $"{layer},{tokens},{10 + tokens / 8.0}\n");
        }
        folder.File("dense.csv", dense.ToString());
        folder.File("per_sequence.csv", "layer,sequences,time_us\nlm_head,1,100\nlm_head,64,200\nsampler,1,20\nsampler,64,40\n");
        StringBuilder attention = new("prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n");
        foreach (int rows in (int[])[1, 4, 16])
        {
            foreach (int kv in (int[])[16, 128, 1024])
                attention.Append(CultureInfo.InvariantCulture, $"0,0,{rows},{kv},{Decode(rows, kv)}\n");
        }
        foreach (int chunk in (int[])[16, 64, 256])
        {
            foreach (int cached in (int[])[0, 256, 1024])
            {
                attention.Append(CultureInfo.InvariantCulture, $"{chunk},{cached},0,0,{Prefill(chunk, cached)}\n");
                foreach (int rows in mixed ? (int[])[1, 4, 16] : [])
                {
                    foreach (int kv in (int[])[16, 128, 1024])
                        attention.Append(CultureInfo.InvariantCulture,
                            $"{chunk},{cached},{rows},{kv},{Prefill(chunk, cached) + 2 * Decode(rows, kv)}\n");
                }
            }
        }
        folder.File("attention.csv", attention.ToString());
    }

    public static double Decode(double rows, double kv) => 5 * rows + rows * kv / 64;

    public static double Prefill(double chunk, double cached) => 20 + chunk / 4 + cached / 64;

    /// <summary>An mlp.csv: each operator takes <c>0.01 + tokens / 10000</c> ms.</summary>
    /// <param name="scale">1000 writes it in the wrong unit.</param>
    /// <param name="operators">Operators to write.</param>
    public static string Mlp(double scale = 1, IReadOnlyList<string>? operators = null, int degree = 1, bool gated = true, int hidden = 256)
    {
        IReadOnlyList<string> names = operators ?? MlpOperators;
        StringBuilder csv = new(string.Join(",", names.Select(name => $"time_stats.{name}.median")));
        csv.Append(",n_head,n_kv_head,n_embd,n_expanded_embd,vocab_size,use_gated_mlp,num_tokens,num_tensor_parallel_workers\n");
        foreach (int tokens in (int[])[64, 1, 512, 8, 64, 64])
        {
            double ms = (0.01 + tokens / 10_000.0) * scale;
            csv.Append(CultureInfo.InvariantCulture,
                $"{string.Join(",", names.Select(_ => ms.ToString(CultureInfo.InvariantCulture)))},4,2,{hidden},512,1024,{(gated ? "True" : "False")},{tokens},{degree}\n");
        }
        return csv.ToString();
    }

    public static IReadOnlyList<string> MlpOperators { get; } =
        ["emb", "input_layernorm", "attn_pre_proj", "attn_rope", "attn_post_proj", "post_attention_layernorm", "mlp_up_proj", "mlp_act",
            "mlp_down_proj", "add"];
}
