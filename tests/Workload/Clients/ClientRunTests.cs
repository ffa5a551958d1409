using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Clients;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload.Clients;

/// <summary>Every client's file gives the requests that <see cref="ClientFixtures"/> describes.</summary>
internal sealed class ClientRunTests
{
    private static IEnumerable<TestCaseData> Clients =>
    [
        new("vllm.json", ClientFixtures.Vllm, "vllm bench serve", 1, 0),
        new("report.json", ClientFixtures.GuideLlm, "GuideLLM", 1, 0),
        new("per_request_lifecycle_metrics.json", ClientFixtures.InferencePerf, "inference-perf", 1, 0),
        new("profile_export.jsonl", ClientFixtures.AiPerf, "AIPerf", 1, 1),
        new("requests.jsonl", ClientFixtures.ServingSim, "LLMServingSim", 0, 0),
    ];

    [TestCaseSource(nameof(Clients))]
    public void Requests_are_those_that_were_sent(string name, string text, string client, int failed, int warmUp)
    {
        using ScratchFolder folder = new();
        ClientRun run = ClientRun.Read(folder.File(name, text));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((run.Client, run.Failed, run.WarmUp), Is.EqualTo((client, failed, warmUp)));
            Assert.That(run.Requests.Select(r => (r.Input, r.Output)), Is.EqualTo(new[] { (512, 3), (256, 2), (64, 1) }));
            Assert.That(run.Requests.Select(r => r.StartS), Is.EqualTo(new[] { 100, 100.5, 101 }).Within(1e-6));
            Assert.That(run.Requests.Select(r => r.TtftS!.Value), Is.EqualTo(new[] { 0.10, 0.05, 0.02 }).Within(1e-6));
            Assert.That(run.Requests.Select(r => r.LatencyS), Is.EqualTo(new[] { 0.14, 0.07, 0.02 }).Within(1e-6));
            Assert.That(run.Requests.Select(r => r.TpotS ?? 0), Is.EqualTo(new[] { 0.02, 0.02, 0 }).Within(1e-6));
        }
    }

    [TestCaseSource(nameof(Clients))]
    public void The_same_file_is_a_trace(string name, string text, string client, int failed, int warmUp)
    {
        using ScratchFolder folder = new();
        (Trace trace, TraceLoadReport report) = TraceReader.Read(folder.File(name, text));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("RUN " + client));
            Assert.That(trace.InputTokens, Is.EqualTo(new[] { 512, 256, 64 }));
            Assert.That(trace.OutputTokens, Is.EqualTo(new[] { 3, 2, 1 }));
            Assert.That(trace.ArrivalPs.Select(ps => ps / 1e12), Is.EqualTo(new[] { 0, 0.5, 1.0 }).Within(1e-6));
            Assert.That(report.Notes.Any(n => n.Contains("1 requests that failed are left out")), Is.EqualTo(failed > 0));
            Assert.That(report.Notes.Any(n => n.Contains("warm-up")), Is.EqualTo(warmUp > 0));
        }
    }

    /// <summary>One at a time: sent at 0, 0.14 and 0.14 + 0.07.</summary>
    [Test]
    public void Without_start_times_a_limit_on_requests_gives_them()
    {
        using ScratchFolder folder = new();
        ClientRun run = ClientRun.Read(folder.File("online.jsonl", ClientFixtures.Sglang));
        Assert.That(run.Client, Is.EqualTo("SGLang bench_serving"));
        Assert.That(run.Requests.Select(r => r.StartS), Is.EqualTo(new[] { 0, 0.14, 0.21 }).Within(1e-9));
        Assert.That(run.Notes.Single(), Does.Contain("each request is sent when one of the 1 before it has ended"));
    }

    [TestCase("\"inf\"", "null", "all requests are sent at once")]
    [TestCase("2.0", "null", "Poisson arrivals at its rate of 2/s")]
    [TestCase("\"inf\"", "2", "one of the 2 before it")]
    public void Without_start_times_what_was_assumed_is_said(string rate, string concurrency, string note)
    {
        using ScratchFolder folder = new();
        ClientRun run = ClientRun.Read(folder.File("r.json", ClientFixtures.VllmWithout(rate, concurrency)));
        Assert.That(run.Notes.Single(), Does.Contain(note));
        Assert.That(run.Requests[0].StartS == 0 || rate == "2.0");
    }

    [TestCase("""{"endpoint_type": "openai", "mean_ttft_ms": 3, "request_throughput": 1}""", "--save-result --save-detailed")]
    [TestCase("""{"backend": "sglang", "sharegpt_output_len": null, "mean_ttft_ms": 3}""", "--output-details")]
    [TestCase("""{"request_throughput": {"avg": 3}, "request_latency": {"avg": 3}}""", "--export-level records")]
    [TestCase("""{"experiments": [], "version": "0.0.8"}""", "no token counts")]
    [TestCase("""{"load_summary": {"count": 3}, "successes": {}}""", "per_request: true")]
    [TestCase("""{"benchmarks": [{"requests": {}}]}""", "--output-path report.json")]
    public void A_summary_names_the_flag_that_writes_the_requests(string text, string flag)
    {
        using ScratchFolder folder = new();
        string file = folder.File("r.json", text);
        foreach (Action read in new Action[] { () => ClientRun.Read(file), () => TraceReader.Read(file) })
            Assert.That(read, Throws.TypeOf<InputException>().With.Message.Contains(flag).And.Message.Contains("without per-request data"));
    }

    [TestCase("\"ttfts\": [0.10, 0.05", "\"ttfts\": [0.10, -0.05", "the clock runs backwards in request 1")]
    [TestCase("[[0.02, 0.02]", "[[0.02, -0.02]", "the clock runs backwards in request 0")]
    [TestCase("\"input_lens\": [512", "\"input_lens\": [-512", "a number of tokens in input_lens of request 0")]
    [TestCase("\"ttfts\": [0.10, 0.05, 0.02, 0.0]", "\"ttfts\": [0.10]", "4 entries in output_lens and ttfts")]
    [TestCase("\"start_times\": [100.0", "\"start_times\": [\"now\"", "a number in start_times of request 0")]
    [TestCase("\"start_times\": [100.0,", "\"start_times\": [", "4 entries in start_times")]
    public void What_cannot_be_is_refused_with_its_place(string from, string to, string message)
    {
        using ScratchFolder folder = new();
        string file = folder.File("r.json", ClientFixtures.Vllm.Replace(from, to, StringComparison.Ordinal));
        Assert.That(() => ClientRun.Read(file), Throws.TypeOf<InputException>().With.Message.Contains(message)
            .And.Message.StartsWith(file));
    }

    [Test]
    public void Tokens_in_the_wrong_order_are_a_clock_that_runs_backwards()
    {
        using ScratchFolder folder = new();
        string file = folder.File("r.json",
            ClientFixtures.InferencePerf.Replace("100.10, 100.12, 100.14", "100.12, 100.10, 100.14", StringComparison.Ordinal));
        Assert.That(() => ClientRun.Read(file),
            Throws.TypeOf<InputException>().With.Message.Contains("the clock runs backwards in request 0"));
    }

    [Test]
    public void Two_runs_of_one_file_are_not_mixed()
    {
        using ScratchFolder folder = new();
        string file = folder.File("online.jsonl", ClientFixtures.Sglang + "\n" + ClientFixtures.Sglang);
        Assert.That(() => ClientRun.Read(file), Throws.TypeOf<InputException>().With.Message.Contains("one run a file"));
    }

    [Test]
    public void A_run_of_failures_alone_is_none()
    {
        using ScratchFolder folder = new();
        string file = folder.File("r.json",
            ClientFixtures.Vllm.Replace("[\"\", \"\", \"\",", "[\"x\", \"x\", \"x\",", StringComparison.Ordinal));
        Assert.That(() => ClientRun.Read(file),
            Throws.TypeOf<InputException>().With.Message.Contains("no request of the run was answered (4 failed)"));
    }
}
