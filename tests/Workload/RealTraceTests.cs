using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>Public logs, where a folder <c>shared/traces/real</c> lies beside the repository. None of them is part of it.</summary>
[TestFixture]
public sealed class RealTraceTests
{
    // Rows, span in s (0: no clock), mean and largest input and output: what the publishers' files hold.
    [TestCase("azure_2023_conv_first40min.csv", "AZ23", 14_176, 2_400, 1195.1, 14_050, 201.5, 1_000)]
    [TestCase("azure_2023_code.csv", "AZ23", 8_819, 3_436, 2047.8, 7_437, 27.9, 1_899)]
    [TestCase("mooncake_conversation.jsonl.gz", "MC", 12_031, 3_537, 12035.1, 126_195, 342.6, 2_000)]
    [TestCase("ragpulse_week.jsonl.gz", "RP", 7_106, 604_603, 2943.6, 7_712, 283.2, 2_183)]
    [TestCase("prism_arena_27models.csv", "PR", 1_500, 600, 136.3, 1_021, 256.2, 977)]
    [TestCase("vidur_splitwise_code_head1000.csv", "VD", 1_000, 522, 2122.4, 7_436, 27.6, 841)]
    [TestCase("sharegpt_8k_lengths.csv.gz", "VL", 30_731, 0, 2340.0, 8_141, 438.7, 1_024)]
    [TestCase("arxiv_summarization_4k_lengths.csv.gz", "VL", 28_257, 0, 2588.1, 4_054, 291.4, 4_056)]
    public void Real_file_loads_whole_with_its_published_statistics(
        string file, string schema, int rows, double span, double meanInput, int maxInput, double meanOutput, int maxOutput)
    {
        (Trace trace, TraceLoadReport report) =
            TraceReader.Read(PathOf(file), new TraceReadOptions { RatePerSecond = schema == "VL" ? 1 : null });
        TraceStatistics statistics = TraceStatistics.Of(trace);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo(schema));
            Assert.That((report.RowsRead, report.RowsKept), Is.EqualTo((rows, rows)));
            if (span > 0)
                Assert.That(statistics.SpanS, Is.EqualTo(span).Within(1));
            Assert.That(statistics.Input.Mean, Is.EqualTo(meanInput).Within(0.06));
            Assert.That(statistics.Input.Max, Is.EqualTo(maxInput));
            Assert.That(statistics.Output.Mean, Is.EqualTo(meanOutput).Within(0.06));
            Assert.That(statistics.Output.Max, Is.EqualTo(maxOutput));
        }
    }

    [Test]
    public void Real_quirks_appear_in_the_reports()
    {
        TraceLoadReport chat = TraceReader.Read(PathOf("azure_2023_conv_first40min.csv")).Report;
        TraceLoadReport code = TraceReader.Read(PathOf("azure_2023_code.csv")).Report;
        TraceLoadReport mooncake = TraceReader.Read(PathOf("mooncake_conversation.jsonl.gz")).Report;
        TraceLoadReport rag = TraceReader.Read(PathOf("ragpulse_week.jsonl.gz")).Report;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(chat.CarriageReturns && code.CarriageReturns, Is.True);
            Assert.That(code.FinalNewline, Is.False);
            Assert.That(code.Sha256, Is.EqualTo("54e9a6d2a4bd06ba1e060304b900abbc74cbea53de96506e60fe5bb4f2277fb6"));
            Assert.That((mooncake.EqualTimes, mooncake.Gzip), Is.EqualTo((10_851, true)));
            Assert.That((rag.BlankLines, rag.Inversions, rag.EqualTimes), Is.EqualTo((1, 1, 90)));
        }
    }

    [Test]
    public void Real_Claude_code_loads_with_drawn_session_starts()
    {
        TraceReadOptions options = new() { SessionRatePerSecond = 0.02 };
        (Trace flat, TraceLoadReport report) = TraceReader.Read(PathOf("claude_code_sessions.csv.gz"), options);
        (Trace nested, TraceLoadReport raw) = TraceReader.Read(PathOf("claude_code_raw_sample.jsonl.gz"), options);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.RowsRead, Is.EqualTo(39_197));
            Assert.That(report.Dropped, Is.EqualTo(new[] { new DroppedRows("no output tokens (a failed request)", 19) }));
            Assert.That(flat.InputTokens.Max(), Is.EqualTo(894_371));
            Assert.That((raw.Schema, raw.RowsDropped), Is.EqualTo(("CC", 0)));
            Assert.That(nested.Count, Is.GreaterThanOrEqualTo(2_546 - 11));
        }
    }

    [Test]
    public void Real_Mooncake_blocks_are_found_again_as_its_readme_counts_them()
    {
        PrefixReuse reuse = PrefixReuse.Of(TraceReader.Read(PathOf("mooncake_conversation.jsonl.gz")).Trace)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reuse.Blocks, Is.EqualTo(288_500));
            Assert.That((double)reuse.HitBlocks / reuse.Blocks, Is.EqualTo(0.366).Within(0.0005));
            Assert.That((double)reuse.HitTokens / reuse.Tokens, Is.EqualTo(0.374).Within(0.0005));
            Assert.That(reuse.LruHitRatio, Is.EqualTo(new[] { 0.044, 0.065, 0.211, 0.326, 0.364 }).Within(0.002));
        }
    }

    [Test]
    public void Real_Ragpulse_prompts_begin_alike_in_the_share_that_its_readme_counts()
    {
        PrefixReuse reuse = PrefixReuse.Of(TraceReader.Read(PathOf("ragpulse_week.jsonl.gz")).Trace)!;
        Assert.That((double)reuse.HitTokens / reuse.Tokens, Is.EqualTo(0.315).Within(0.0005));
        Assert.That(reuse.Requests, Is.EqualTo(7_106));
    }

    [Test]
    public void Real_Claude_code_turns_keep_what_its_readme_counts()
    {
        Trace trace = TraceReader.Read(PathOf("claude_code_sessions.csv.gz"), new TraceReadOptions { SessionRatePerSecond = 0.02 }).Trace;
        PrefixReuse reuse = PrefixReuse.Of(trace)!;
        SessionStatistics sessions = SessionStatistics.Of(trace)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((double)reuse.HitLaterBlocks / reuse.LaterBlocks, Is.EqualTo(0.972).Within(0.0006));
            Assert.That((double)reuse.HitBlocks / reuse.Blocks, Is.EqualTo(0.962).Within(0.0006));
            Assert.That((double)sessions.Compactions / sessions.LaterTurns, Is.EqualTo(0.009).Within(0.0005));
            Assert.That((double)sessions.Resets / sessions.LaterTurns, Is.EqualTo(0.02).Within(0.003));
        }
    }

    [TestCase("servegen_deepseek-r1_clients.csv.gz")]
    [TestCase("servegen_m-small_datasets.jsonl.gz")]
    public void Real_serve_gen_is_refused_as_parameters(string file)
    {
        string path = PathOf(file);
        Assert.That(() => TraceReader.Read(path), Throws.TypeOf<InputException>().With.Message.Contains("not requests"));
    }

    // The table's fit plus 0.02 for a sample of 20,000.
    [TestCase("azure-chat", "azure_2023_conv_first40min.csv", 0.009, 0.006)]
    [TestCase("azure-code", "azure_2023_code.csv", 0.006, 0.006)]
    [TestCase("mooncake-conversation", "mooncake_conversation.jsonl.gz", 0.003, 0.006)]
    [TestCase("ragpulse", "ragpulse_week.jsonl.gz", 0.004, 0.004)]
    [TestCase("prism-arena", "prism_arena_27models.csv", 0.005, 0.005)]
    [TestCase("claude-code", "claude_code_sessions.csv.gz", 0.003, 0.005)]
    [TestCase("mooncake-chats", "mooncake_conversation.jsonl.gz", 0.031, 0.013)]
    [TestCase("claude-code-sessions", "claude_code_sessions.csv.gz", 0.12, 0.013)]
    [TestCase("sharegpt-8k", "sharegpt_8k_lengths.csv.gz", 0.003, 0.003)]
    [TestCase("arxiv-summarization", "arxiv_summarization_4k_lengths.csv.gz", 0.003, 0.004)]
    public void Real_preset_matches_its_traces_lengths(string preset, string file, double inputKs, double outputKs)
    {
        (Trace real, _) = TraceReader.Read(PathOf(file), new TraceReadOptions { RatePerSecond = 1, SessionRatePerSecond = 0.02 });
        Trace drawn = TraceGenerator.Generate(GeneratorPresets.Load(preset), 20_000, 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(KolmogorovSmirnov.Distance(drawn.InputTokens, real.InputTokens), Is.LessThanOrEqualTo(inputKs + 0.02), "input");
            Assert.That(KolmogorovSmirnov.Distance(drawn.OutputTokens, real.OutputTokens), Is.LessThanOrEqualTo(outputKs + 0.02), "output");
        }
    }

    private static string PathOf(string file)
    {
        string folder = Repository.Root;
        while (Path.GetDirectoryName(folder) is { } above)
        {
            string path = Path.Combine(above, "shared", "traces", "real", file);
            if (File.Exists(path))
                return path;
            folder = above;
        }
        Assert.Ignore($"{file} is not in a folder shared/traces/real beside the repository");
        return "";
    }
}
