using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>Whatever is wrong: exit code 2, one line on stderr, nothing on stdout, no files left behind.</summary>
internal sealed class BadInputTests
{
    [TestCase("unknown command 'compar' (did you mean 'compare'?)", "compar")]
    [TestCase("unknown option '--polices' (did you mean '--policies'?)", "compare", "--polices", "vllm")]
    [TestCase("unexpected argument 'surplus'", "compare", "chat", "surplus")]
    [TestCase("unknown trace 'chatt' (did you mean 'chat'?)", "compare", "chatt")]
    [TestCase("no such file", "compare", "absent/trace.csv")]
    [TestCase("unknown policy 'vlm' (did you mean 'vllm'?)", "compare", "--policies", "vlm")]
    [TestCase("a policy is named twice", "compare", "--policies", "vllm,vllm")]
    [TestCase("unknown model 'llama-3.1-8c' (did you mean 'llama-3.1-8b'?)", "compare", "--model", "llama-3.1-8c")]
    [TestCase("unknown gpu 'h10' (did you mean 'h100'?)", "compare", "--gpu", "h10")]
    [TestCase("unknown setting 'policy.overflo' (did you mean 'policy.overflow'?)", "compare", "--set", "policy.overflo=swap")]
    [TestCase("expected path=value", "compare", "--set", "policy.overflow")]
    [TestCase("policy.overflow: expected one of wait, recompute, swap, stream, offload, found 'swpa'", "compare", "--set",
        "policy.overflow=swpa")]
    [TestCase("tp: expected an integer from 1 to 1024, found '0'", "compare", "--tp", "0")]
    [TestCase("--rate: expected a positive number, found '-1'", "compare", "--rate", "-1")]
    [TestCase("--rate: expected a positive number, found 'fast'", "compare", "--rate", "fast")]
    [TestCase("--scale: expected a positive number, found '0'", "compare", "--scale", "0")]
    [TestCase("--limit: expected an integer from 1", "compare", "--limit", "3000000000")]
    [TestCase("--limit: expected an integer from 1", "compare", "--limit", "0")]
    [TestCase("--seed: expected an integer from 0", "compare", "--seed", "-1")]
    [TestCase("--jobs: expected an integer from 1", "compare", "--jobs", "none")]
    [TestCase("expected ttft=TIME", "compare", "--slo", "latency=5")]
    [TestCase("--slo-share: expected a share", "compare", "--slo-share", "2", "--policies", "vllm", "--limit", "5")]
    [TestCase("'xml'", "compare", "--format", "xml")]
    [TestCase("compat: expected one of vidur, found 'vidr'", "compare", "--compat", "vidr")]
    [TestCase("vidur has no scheduler like unified on paged", "replay", "chat", "--compat", "vidur", "--policy", "vllm-v1", "--out",
        "compat-refused")]
    [TestCase("does not fit a100-80", "compare", "--model", "llama-3.1-70b", "--limit", "5")]
    [TestCase("smallest tensor parallel degree that fits is 4", "compare", "--model", "llama-3.1-70b", "--limit", "5")]
    [TestCase("policy.chunk_kib: expected a multiple of 2048, the granularity of calibration profile a100-80, found 3000", "compare",
        "--policies", "vtensor", "--limit", "5", "--set", "policy.chunk_kib=3000")]
    [TestCase("policy.chunk_kib: expected a multiple of 64, the granularity of calibration profile a100-80-small-pages, found 65",
        "compare", "--policies", "vtensor", "--limit", "5", "--profile", "a100-80-small-pages", "--set", "policy.chunk_kib=65")]
    [TestCase("policy.swap_gib: expected at most the host memory of one GPU, 256 GiB beside a100-80, found 300", "compare", "--policies",
        "ellm", "--limit", "5", "--set", "policy.swap_gib=300")]
    [TestCase("slo.ttft_s: expected a number of at least", "compare", "--set", "slo.ttft_s=0")]
    [TestCase("slo.tpot_multiple: expected a number of at least", "compare", "--set", "slo.tpot_multiple=-1")]
    [TestCase("expected ttft=TIME", "compare", "--slo", "ttft=0s")]
    [TestCase("policy.slo_hits: expected at most policy.slo_window (5), found 6", "compare", "--policies", "ellm", "--limit", "5", "--set",
        "policy.slo_hits=6")]
    [TestCase("timing.model: expected analytic", "compare", "--policies", "vtensor", "--limit", "5", "--set",
        "policy.decode_attention_factor=0.5", "--set", "timing.model=constant:step_us=100")]
    [TestCase("unknown policy 'vlm'", "explain", "policy", "vlm")]
    [TestCase("expected one of stats, generate, convert", "trace")]
    [TestCase("unknown workload preset 'azure-cht' (did you mean 'azure-chat'?)", "trace", "generate", "azure-cht")]
    public void One_line_and_exit_code_2(string expected, params string[] args)
    {
        (int code, string output, string error) = Ellm.Run(args);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error, Does.StartWith("ellm: ").And.Contains(expected));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
            Assert.That(output, Is.Empty);
            Assert.That(code, Is.EqualTo(2));
        }
    }

    [TestCase("empty.csv", "")]
    [TestCase("header.csv", "arrival_s,input_tokens,output_tokens\n")]
    [TestCase("unknown.csv", "when,what\n1,2\n")]
    [TestCase("negative.csv", "arrival_s,input_tokens,output_tokens\n0,-5,3\n")]
    [TestCase("huge.csv", "arrival_s,input_tokens,output_tokens\n0,5,99999999999\n")]
    [TestCase("words.csv", "arrival_s,input_tokens,output_tokens\n0,five,3\n")]
    [TestCase("cut.csv", "arrival_s,input_tokens,output_tokens\n0,5\n")]
    [TestCase("pointer.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")]
    [TestCase("binary.csv", "\u0000\u0001\u0002\u0003PNG\u0000")]
    public void Wrong_traces_leave_no_files(string name, string text)
    {
        using ScratchFolder folder = new();
        string trace = folder.File(name, text);
        (int code, string output, string error) = Ellm.Run("replay", trace, "--out", folder.In("run"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2), error);
            Assert.That(error.TrimEnd('\n'), Does.StartWith("ellm: ").And.Contains(name).And.Not.Contains("\n"));
            Assert.That(output, Is.Empty);
            Assert.That(folder.Entries(), Is.EqualTo(new[] { name }));
        }
    }

    [Test]
    public void Directory_as_trace_is_refused()
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = Ellm.Run("compare", folder.Path);
        Assert.That((code, output), Is.EqualTo((2, "")), error);
    }

    [Test]
    public void Existing_output_is_never_overwritten_without_force()
    {
        using ScratchFolder folder = new();
        folder.File("notes.txt", "mine");
        string[] args = ["replay", "chat", "--limit", "20", "--quiet", "--out", folder.Path];
        (int refused, string output, string error) = Ellm.Run(args);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((refused, output), Is.EqualTo((2, "")));
            Assert.That(error, Does.Contain("--force"));
            Assert.That(folder.Entries(), Is.EqualTo(new[] { "notes.txt" }));
        }
        (int forced, _, string said) = Ellm.Run([.. args, "--force"]);
        Assert.That(forced, Is.Zero, said);
        Assert.That(
            folder.Entries().Where(e => !e.StartsWith("figures", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "notes.txt", "report.html", "requests.csv", "run.log", "summary.csv", "summary.json", "timeline.csv" }));
    }

    [Test]
    public void File_as_output_directory_is_refused()
    {
        using ScratchFolder folder = new();
        string file = folder.File("taken", "");
        (int code, _, string error) = Ellm.Run("replay", "chat", "--limit", "5", "--out", file);
        Assert.That((code, error.Contains("expected a directory, found a file", StringComparison.Ordinal)), Is.EqualTo((2, true)));
        (int below, _, _) = Ellm.Run("replay", "chat", "--limit", "5", "--out", Path.Combine(file, "run"));
        Assert.That(below, Is.EqualTo(2));
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "taken" }));
    }
}
