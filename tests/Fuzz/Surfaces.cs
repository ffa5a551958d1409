using System.Text;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Experiments.Regression;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Hardware;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Models;
using ELLM.Sim.Plots.Report;
using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Workload.Clients;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;
using ELLM.Sim.Validation;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Clients;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Fuzz;

/// <summary>Every way a file comes in.</summary>
internal static class Surfaces
{
    private const string Source = "given.json";

    private static readonly ModelSpec Small = ModelCatalog.Load("llama-3.2-1b");

    public static IReadOnlyList<Surface> All { get; } =
    [
        .. Catalogs(),
        .. Traces(),
        .. Results(),
        new("measured table", Shape.Lines, [Utf8("num_tokens,batch_size,time_stats.mlp.median\n1,1,0.05\n2,1,\"0.06\"\n8,2,0.07\n")],
            Table),
        new("raw samples", Shape.Lines, [Utf8(RawSamples)], input => RawFile.Parse(Source, Text(input))),
        new("client result", Shape.Lines, [Utf8(ClientFixtures.Vllm), Utf8(ClientFixtures.Sglang), Utf8(ClientFixtures.GuideLlm),
            Utf8(ClientFixtures.InferencePerf), Utf8(ClientFixtures.AiPerf)], ClientResult),
        new("objectives", Shape.Lines, [Utf8("ttft=500ms,tpot=50ms"), Utf8("ttft:2s"), Utf8("tpot=1e-3")], input =>
            SloText.Parse(Text(input)).ToArray()),
        new("time model", Shape.Lines, [Utf8("constant:step_us=10000,per_sequence_us=50"), Utf8("analytic"),
            Utf8("linear:opt-13b-tp1-vllm")], TimeModel),
        new("setting", Shape.Lines, [Utf8("policy.watermark=0.01"), Utf8("engine.max_num_seqs=256"), Utf8("slo.tpot_s=0.05"),
            Utf8("memory.kv_tokens=null")], Setting),
    ];

    private static IEnumerable<Surface> Catalogs()
    {
        yield return new("model", Shape.Json, Configs("models"), input => ModelCatalog.Parse(Source, Text(input)).ForRank(1));
        yield return new("gpu", Shape.Json, Configs("gpus"), input => GpuCatalog.Parse(Source, Text(input)));
        yield return new("timing profile", Shape.Json, Configs("timing"), Times);
        yield return new("calibration profile", Shape.Json, Configs("calibration"), Costs);
        yield return new("policy", Shape.Json, Configs("policies"), input =>
            ConfigBinder.Bind(PresetCatalog.Parse(Source, Text(input)), []));
        yield return new("model map", Shape.Json, Configs("colocation"), input => ModelMaps.Parse(Source, Text(input)));
        yield return new("experiment", Shape.Json, Configs("experiments")[..2], input =>
            SweepPlan.Of(Experiment.Parse(Source, Text(input), folder: "absent", maxPoints: 400)));
        yield return new("workload", Shape.Json, Configs("workloads"), input =>
            TraceGenerator.Generate(GeneratorJson.Parse(input, Source), 20, seed: 1));
    }

    private static IEnumerable<Surface> Traces()
    {
        byte[][] csv =
        [
            Utf8("arrival_s,input_tokens,output_tokens\n0,10,5\n1.5,100,7\n1.5,3,900\n"),
            Utf8("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n"),
            Utf8("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation "
                + "log\n45,GPT-4,1087,230,1317,API log\n"),
            Utf8("session_id,turn,t_s,model,input_tokens,output_tokens\na,0,0,m,10,5\nb,0,1,m,20,6\na,1,3.5,m,30,7\n"),
            Utf8("num_prefill_tokens,num_decode_tokens\n10,5\n20,6\n"),
        ];
        byte[][] json =
        [
            Utf8("{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, \"hash_ids\": [0, 1]}\n{\"timestamp\": 3000, "
                + "\"input_length\": 7322, \"output_length\": 490}\n"),
            Utf8("{\"chat_id\": 1, \"timestamp\": 0.5, \"input_length\": 10, \"output_length\": 5}\n{\"chat_id\": 2, \"timestamp\": "
                + "0.75, \"input_length\": 9, \"output_length\": 5}\n"),
            Utf8("{\"session_id\": \"a\", \"timestamp\": 1, \"input_tokens\": 10, \"output_tokens\": 5}\n{\"session_id\": \"a\", "
                + "\"delay\": 100, \"input_tokens\": 20, \"output_tokens\": 5}\n"),
            Utf8("{\"id\": \"s\", \"block_size\": 16, \"requests\": [{\"t\": 0, \"in\": 10, \"out\": 5, \"model\": \"m\"}, {\"t\": 2, "
                + "\"requests\": [{\"t\": 1, \"in\": 4, \"out\": 2}]}]}\n"),
        ];
        TraceReadOptions options = new() { RatePerSecond = 2, SessionRatePerSecond = 1, Limit = 100 };
        yield return new("CSV trace", Shape.Lines, csv, input =>
            TraceReader.Read(new MemoryStream(input), "given.csv", options).Report.ToLines());
        yield return new("JSON trace", Shape.Lines, json, input =>
            TraceReader.Read(new MemoryStream(input), "given.jsonl", options).Report.ToLines());
    }

    private static IEnumerable<Surface> Results()
    {
        yield return new("sweep plan", Shape.Json, [SweepPlan.Of(Experiment.Load("first-sweep")).ToJson()], input =>
            SweepPlan.Parse(Source, Text(input)).Changes(SweepPlan.Parse(Source, Text(input))));
        yield return new("baseline", Shape.Json, [Utf8(BaselineText)],
            InFile("baseline.json", path => RegressionCheck.Compare(Baseline.Load(path), Baseline.Load(path), path, new Dictionary<string,
            Tolerance>())));
        yield return new("serving run", Shape.Lines, [Utf8(RequestLines)],
            InFile("requests.jsonl", path => ServingRun.Read(Path.GetDirectoryName(path)!), ("meta.json", Meta)));
        yield return new("serving run's settings", Shape.Json, [Utf8(Meta)],
            InFile("meta.json", path => ServingRun.Read(Path.GetDirectoryName(path)!), ("requests.jsonl", RequestLines)));
        yield return new("summary", Shape.Json, [Utf8(Summary)],
            InFile("summary.json", path => ReportFiles.Write(Path.GetDirectoryName(path)!)));
        yield return new("requests of a run", Shape.Lines, [Utf8(RequestTable)],
            InFile("requests.csv", path => ReportFiles.Write(Path.GetDirectoryName(path)!), ("summary.json", Summary)));
        yield return new("groups of a sweep", Shape.Lines,
            [Utf8("trace,policy,rate_per_s,points,failed,goodput_per_s,goodput_per_s_ci95\n"
                + "chat,vllm,4,3,0,2.5,0.1\nchat,ellm,4,3,0,2.7,0.1\n")],
            InFile("groups.csv", path => ReportFiles.Write(Path.GetDirectoryName(path)!)));
    }

    /// <summary>Readers that want a path: the input is a file in a folder of its own, with good files beside it.</summary>
    private static Action<byte[]> InFile(string name, Action<string> read, params (string Name, string Text)[] beside) => input =>
    {
        using ScratchFolder folder = new();
        foreach ((string other, string text) in beside)
            folder.File(other, text);
        File.WriteAllBytes(folder.In(name), input);
        read(folder.In(name));
    };

    private static void Times(byte[] input)
    {
        AnalyticTimeModel time = new(TimingCatalog.Parse(Source, Text(input)), Small, 1, new TimingOptions());
        time.Mixed([new PrefillChunk(512, 64, Samples: true)], new DecodeBatch(8, 4096, 1024));
        time.Decode(new DecodeBatch(8, 4096, 1024));
    }

    private static void Costs(byte[] input)
    {
        CalibrationProfile profile = CalibrationCatalog.Parse(Source, Text(input));
        DeviceCosts costs = new(profile);
        foreach (CalibratedOp op in profile.Ops.Keys.Select(key => CalibratedOps.TryParse(key, out CalibratedOp found) ? found : default))
            costs.MedianPs(op, 2 << 20);
    }

    private static void Table(byte[] input)
    {
        MeasuredCsv csv = MeasuredCsv.Read(new MemoryStream(input), "given.csv");
        for (int row = 0; row < csv.Count; row++)
            csv.Us(row, "time_stats.mlp.median", csv.Whole(row, "num_tokens"));
    }

    private static void TimeModel(byte[] input) =>
        TimeModelCatalog.Parse(Text(input), TimingCatalog.Load("a100"), Small, 1,
            new TimingOptions()).Model.Decode(new DecodeBatch(8, 4096, 1024));

    private static void ClientResult(byte[] input)
    {
        TraceReader.Read(new MemoryStream(input), "given.json");
        foreach (ClientRequest request in ClientRun.Read(new MemoryStream(input), "given.json").Requests)
            Assert.That(request.TpotS is null or >= -1e-3);
    }

    private static void Setting(byte[] input) =>
        ConfigBinder.ToTree(ConfigBinder.Bind(PresetCatalog.Load("ellm"), [Assignment.Parse(Text(input))]));

    /// <summary>Shipped files of a folder; the schema line is for editors.</summary>
    private static byte[][] Configs(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "configs", folder),
            "*.json").Order(StringComparer.Ordinal).Take(4).Select(File.ReadAllBytes)];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] input) => Encoding.UTF8.GetString(input);

    private const string RawSamples = "# ellm calibration raw 1\n# device: Some "
        + "GPU\nop,condition,item_bytes,items,clock,round,sample,flags,us\n"
        + "vmm.map,idle,2097152,1,host,0,0,warmup,9.5\nvmm.map,idle,2097152,4,host,0,1,,30.25\n";

    private const string Meta = """
        {"model": "meta-llama/Llama-3.1-8B", "vllm_version": "0.19.0", "engine_kwargs": {"tensor_parallel_size": 1,
        "max_num_seqs": 4, "kv_cache_dtype": "auto"}, "hardware": {"name": "NVIDIA A100 80GB"},
        "kv_cache": {"num_gpu_blocks": 2588, "block_size": 16}}
        """;

    private const string RequestLines = """
        {"input_toks": 100, "output_toks": 3, "queued_ts": 11.0, "first_token_ts": 11.1, "last_token_ts": 11.3}
        {"input_toks": 50, "output_toks": 1, "queued_ts": 10.0, "first_token_ts": 10.05, "last_token_ts": 10.05}
        """;

    private const string Summary = """
        {"trace": "chat", "policy": "vllm", "model": "llama-3.1-8b", "gpu": "a100-80", "tp": 1, "version": "0.1.0",
        "trace_sha256": "00ff", "metrics": {"requests": 2, "completed": 2, "goodput_per_s": 1.5, "slo_attainment": 1,
        "slo_ttft_s": 0.5, "slo_tpot_s": 0.05}, "config": {"preset": "vllm", "policy": {"layout": "paged"}},
        "memory": {"kv_bytes": {"value": 1000, "origin": "rest"}}, "time_model": [{"part": "gemm", "source": "a fit",
        "borrowed": false}]}
        """;

    private const string RequestTable = "request,arrival_s,input_tokens,output_tokens,status,ttft_s,tpot_s,e2e_s,queue_memory_s,decode_s\n"
        + "0,0,10,5,finished,0.1,0.02,0.3,0,0.2\n1,1,10,5,rejected,,,,,\n";

    private const string BaselineText = """
        {"version": "0.1.0", "experiment": "x", "experiment_sha256": "0123456789abcdef", "profiles": ["a"],
        "tolerances": {"*": {"absolute": 0, "relative": 0.01, "worse_only": false}}, "points": [{"point": "policy=vllm",
        "metrics": {"ttft_p50_s": "0.5", "verdict": "stable"}}]}
        """;
}
