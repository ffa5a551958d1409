using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.CommandLine;

namespace ELLM.Sim.Cli.Options;

/// <summary>The standard help, then copyable examples of the command.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new()
    {
        [""] =
        [
            "ellm compare                                     # every policy on the shipped chat trace",
            "ellm compare my_trace.csv --policies vllm,sarathi --gpu h100",
            "ellm explain policy vllm-v1",
        ],
        ["compare"] =
        [
            "ellm compare",
            "ellm compare trace.csv.gz --policies orca-max,vllm --rate 4 --limit 10000",
            "ellm compare --slo ttft=500ms,tpot=50ms --format csv > summary.csv",
            "ellm compare --set policy.overflow=swap --set memory.kv_blocks=2588 --policies vllm",
        ],
        ["replay"] =
        [
            "ellm replay trace.csv --policy vllm",
            "ellm replay chat --policy sarathi --model qwen3-32b --gpu h100 --tp 2 --out runs/sarathi --force",
        ],
        ["sweep"] =
        [
            "ellm sweep policies-vs-rate                       # a shipped experiment, into runs/policies-vs-rate",
            "ellm sweep mine.json --out runs/mine --jobs 8 --memory 16",
            "ellm sweep mine.json --out /shared/mine --slurm --shards 64 --partition cpu --time 01:00:00",
            "ellm sweep mine.json --shards 64 --k8s --image registry/ellm > job.yaml",
        ],
        ["capacity"] =
        [
            "ellm capacity                                    # highest rate of every policy on the shipped chat trace",
            "ellm capacity trace.csv --policies vllm-v1,ellm --slo ttft=2s,tpot=100ms --attainment 0.99",
            "ellm capacity azure-chat --limit 5000 --seeds 10 --price h100=2.50 --gpu h100 --out runs/capacity",
        ],
        ["plan"] =
        [
            "ellm plan trace.csv --slo ttft=2s,tpot=100ms",
            "ellm plan azure-chat --rate 40 --limit 5000 --slo ttft=1s,tpot=50ms --gpus h100,h200 --max-gpus 32 --price h100=2.50",
        ],
        ["check"] =
        [
            "ellm check policies.json --update                # write policies.baseline.json",
            "ellm check policies.json --junit check.xml       # exit code 1 when a metric moved",
            "ellm check policies.json --tolerance ttft_p99_s=1%,worse",
        ],
        ["colocate"] =
        [
            "ellm colocate                                    # three models, loads that rise one after the other",
            "ellm colocate prism-arena --limit 1500 --rate 20 # 27 models on the fewest GPUs that hold them",
            "ellm colocate trace.csv --models my-models.json --gpus 2 --policies static-split,kvcached",
            "ellm colocate --set colocation.page_choice=fullest --set colocation.split=load",
        ],
        ["stats"] = ["ellm trace stats trace.csv"],
        ["generate"] = ["ellm trace generate azure-chat --rate 4 --limit 100000 --seed 7 --out chat.csv"],
        ["convert"] = ["ellm trace convert mooncake.jsonl.gz --out mooncake.csv"],
        ["validate"] =
        [
            "ellm validate --suite closed-forms",
            "ellm validate --data ../shared --csv fidelity.csv",
            "ellm validate --run runs/h100/vllm",
        ],
        ["reproduce"] =
        [
            "ellm reproduce                                   # every published number, some seconds",
            "ellm reproduce ellm-batch-128k paged-attention --format csv",
        ],
        ["import"] = ["ellm profile import measured/tp1 --model llama-3.1-8b --out profiles/mine"],
        ["calibrate"] =
        [
            "ellm calibrate probe                             # is there a device",
            "ellm calibrate measure --minutes 8 --out raw.csv",
            "ellm calibrate fit raw.csv --base h200 --out my-h200.json",
            "ellm compare --profile my-h200.json --gpu h200",
            "ellm calibrate sensitivity chat --policy ellm     # which cost matters most",
        ],
        ["measure"] = ["ellm calibrate measure --minutes 8 --out raw.csv", "ellm calibrate measure --suites vmm,copy --minutes 2"],
        ["fit"] = ["ellm calibrate fit raw.csv --base h200 --out my-h200.json --figures fits"],
        ["plot"] =
        [
            "ellm plot runs/policies-vs-rate                   # report.html and a figure each",
            "ellm plot runs/second --figure memory",
        ],
        ["show"] = ["ellm calibrate show h200", "ellm calibrate show my-h200.json"],
        ["sensitivity"] = ["ellm calibrate sensitivity chat --policy ellm --gpu h100"],
        ["policy"] = ["ellm explain policy vllm"],
        ["bench"] =
        [
            "ellm bench --quick",
            "ellm bench --against ../before                   # a folder with another published ellm",
            "ellm bench --against ../before --rows vllm@1000000,ellm@100000",
        ],
        ["completion"] = ["source <(ellm completion bash)"],
    };

    /// <summary>Help is for those who do not know yet what is missing.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;

        // A parent's argument is not a subcommand's: "ellm sweep FILE", but "ellm sweep merge DIR".
        Argument[] parents = [.. Parents(parseResult).SelectMany(c => c.Arguments)];
        foreach (Argument argument in parents)
            argument.Hidden = true;
        int code = inner.Invoke(parseResult);
        foreach (Argument argument in parents)
            argument.Hidden = false;
        string name = command is RootCommand ? "" : command.Name;
        if (!Examples.TryGetValue(name, out string[]? lines))
            return code;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (string line in lines)
            output.WriteLine("  " + line);
        return code;
    }

    private static IEnumerable<Command> Parents(ParseResult parsed)
    {
        for (SymbolResult? at = parsed.CommandResult.Parent; at is not null; at = at.Parent)
        {
            if (at is CommandResult result)
                yield return result.Command;
        }
    }
}
