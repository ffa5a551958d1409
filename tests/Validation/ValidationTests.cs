using System.Text;
using ELLM.Sim.Cli.Commands;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Timing;
using ELLM.Sim.Validation;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Validation;

[TestFixture]
internal sealed class ValidationTests
{
    /// <summary>Rows with a bound that the data does not meet; the page says why. No other row may miss.</summary>
    private static readonly string[] KnownMisses =
    [
        "H100 vLLM 0.12, Qwen3-32B BF16, TP2-8: TPOT",
        "vllm-0.11 gpt-oss-120b, H100-80GB, tp 1 pp 1, 8192 tokens",
        "vllm-0.11 mistral-small-3.1-24b, H100-80GB, tp 1 pp 1, 8192 tokens",
        "vllm-0.28 gpt-oss-120b, RTX PRO 4500, tp 8 pp 1",
        "vllm 0.9 to 0.16, largest",
        "experts, latent attention, windows, states from 0.9 on, largest",
        "Sarathi-Serve: A100 TP2 Yi-34B, prefill of 16384",
        "DistServe fit opt-13b-tp1-vllm, prefill of 2048",
        "DistServe fit opt-13b-tp1-vllm, decode of 32 x 512",
        "DistServe fit opt-13b-tp1-vllm, decode of 128 x 512",
        "DistServe fit opt-13b-tp2-distserve, prefill of 512",
        "DistServe fit opt-13b-tp2-distserve, decode of 32 x 512",
        "DistServe fit opt-13b-tp2-vllm, prefill of 512",
        "DistServe fit opt-13b-tp2-vllm, prefill of 2048",
        "DistServe fit opt-13b-tp2-vllm, decode of 128 x 512",
        "DistServe fit opt-13b-tp4-vllm, prefill of 512",
        "DistServe fit opt-13b-tp4-vllm, prefill of 2048",
        "DistServe fit opt-13b-tp4-vllm, decode of 32 x 512",
        "DistServe fit opt-13b-tp4-vllm, decode of 128 x 512",
        "DistServe fit opt-66b-tp4-vllm, prefill of 512",
        "DistServe fit opt-66b-tp4-vllm, prefill of 2048",
        "DistServe fit opt-66b-tp4-vllm, decode of 128 x 512",
        "DistServe fit opt-66b-tp8-distserve, prefill of 512",
        "DistServe fit opt-66b-tp8-distserve, decode of 32 x 512",
        "DistServe fit opt-66b-tp8-distserve, decode of 128 x 512",
        "Splitwise: h100 TP8 Llama-2-70B, prompt of 8192",
    ];

    private static ValidationContext Context => new(ValidationContext.Discover(RepositoryRoot.Find()));

    [TestCase("operators")]
    [TestCase("kv-capacity")]
    [TestCase("serving")]
    [TestCase("closed-forms")]
    [TestCase("published")]
    public void Suite_with_the_data_misses_nothing_new(string suite)
    {
        if (Context.Data is null && suite is "operators" or "kv-capacity" or "serving")
            Assert.Ignore("no folder of measured data (shared/profiles) beside the repository");
        IReadOnlyList<ValidationRow> rows = ValidationRunner.Run(ValidateCommand.Suites, suite, Context);
        Assert.That(rows.Where(row => row.Pass == false).Select(row => row.What).Except(KnownMisses), Is.Empty);
        Assert.That(rows.Count(row => row.Pass == true), Is.GreaterThan(5));
    }

    [Test]
    public void Suites_without_data_skip_in_one_line_each()
    {
        IReadOnlyList<ValidationRow> rows = ValidationRunner.Run(ValidateCommand.Suites, null, new ValidationContext(null));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Where(row => row.Suite == "operators").Select(row => row.Note),
                Is.EqualTo(new[] { "skipped: no folder of measured data; name one with --data" }));
            Assert.That(rows.Where(row => row.Suite == "serving").Select(row => row.Note), Has.All.StartsWith("skipped: "));
            Assert.That(rows.Where(row => row.Suite == "closed-forms" && row.Pass == false), Is.Empty);
        }
    }

    [Test]
    public void Runner_unknown_suite_names_the_nearest() => Assert.That(
        Assert.Throws<InputException>(() => ValidationRunner.Run(ValidateCommand.Suites, "operator", new ValidationContext(null)))!.Message,
        Does.StartWith("unknown suite 'operator' (did you mean 'operators'?)"));

    [Test]
    public void Row_beyond_its_bound_fails()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ValidationRow.Of("x", 100, 104, "ms", 5).Pass, Is.True);
            Assert.That(ValidationRow.Of("x", 100, 94, "ms", 5).Pass, Is.False);
            Assert.That(ValidationRow.Of("x", 100, 94, "ms", null).Pass, Is.Null);
            Assert.That(ValidationRunner.Passed([ValidationRow.Of("x", 100, 94, "ms", 5)]), Is.False);
        }
    }

    [Test]
    public void Statistics_known_errors_are_their_definitions()
    {
        ErrorStatistics errors = new();
        errors.Add(100, 110, "a");
        errors.Add(100, 80, "b");
        errors.Add(200, 200, "c");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(errors.Mape, Is.EqualTo(10).Within(1e-9));
            Assert.That(errors.Bias, Is.EqualTo(-10 / 3.0).Within(1e-9));
            Assert.That(errors.P50, Is.EqualTo(10).Within(1e-9));
            Assert.That(errors.Max, Is.EqualTo(20).Within(1e-9));
            Assert.That(errors.Worst, Is.EqualTo("b"));
        }
    }

    [Test]
    public void Csv_rows_are_quoted_and_complete()
    {
        using MemoryStream stream = new();
        ValidationCsv.Write(stream,
            [ValidationRow.Of("a, b", 100, 94, "ms", 5, "n") with { Suite = "s" }, ValidationRow.Skipped("c", "no data")]);
        Assert.That(
            Encoding.UTF8.GetString(stream.ToArray()),
            Is.EqualTo(
                "suite,what,reference,ours,unit,error,error_unit,bound,pass,note\ns,\"a, "
                    + "b\",100,94,ms,-6,%,5,false,n\n,c,,,,,%,,,skipped: no data\n"));
    }

    [Test]
    public void Page_missed_row_is_listed()
    {
        string page =
            FidelityPage.Write(ValidateCommand.Suites, [ValidationRow.Of("x", 100, 94, "ms", 5, "because") with { Suite = "serving" }],
                suite => $"{suite}.svg");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page, Does.Contain("| x | 100 | 94 | ms | -6.0 % | 5 % | MISS | because |"));
            Assert.That(page, Does.Contain("- x: -6.0 %, bound 5 %. because"));
        }
    }

    [Test]
    public void Closed_loop_cases_every_one_loads()
    {
        Assert.That(ClosedLoopCase.Names, Is.Not.Empty);
        foreach (string name in ClosedLoopCase.Names)
            Assert.That(ClosedLoopCase.Load(name).Stated, Is.Not.Empty, "what the data does not record is stated");
    }

    [Test]
    public void Cli_missed_bound_exits_with1()
    {
        using ScratchFolder folder = new();
        folder.File("meta.json", """{"model": "Llama-3.1-8B", "engine_kwargs": {}}""");
        folder.File("requests.jsonl", """{"input_toks": 10, "output_toks": 9, "queued_ts": 0, "first_token_ts": 9, "last_token_ts": 99}""");
        folder.File("case.json", """{"settings": {"gpu": "h100"}}""");
        (int code, string output, _) = Ellm.Run("validate", "--run", folder.Path, "--csv", folder.In("rows.csv"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(output, Does.Contain("MISS"));
            Assert.That(File.ReadAllLines(folder.In("rows.csv")), Has.Length.EqualTo(6));
        }
    }

    [Test]
    public void Cli_bad_data_exits_with2()
    {
        (int code, _, string error) = Ellm.Run("validate", "--data", "/nowhere");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error,
                Is.EqualTo(
                    "ellm: --data /nowhere: expected a folder with profiles, vidur, aiconfigurator, llmservingsim or e2e-serving in it\n"));
        }
    }
}
