using System.Text.Json.Nodes;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class ReproductionTests
{
    /// <summary>Ten requests of 1,000 tokens at once: vllm takes all of them in one batch.</summary>
    private const string Ten = """
        {
          "name": "ten", "title": "ten at once", "source": "arithmetic",
          "load": { "requests": 10, "input_tokens": 1000, "output_tokens": 50 },
          "settings": { "slo.ttft_s": "100" },
          "arms": [ { "name": "a", "policy": "vllm" }, { "name": "b", "policy": "vllm", "settings": { "engine.max_num_seqs": "5" } } ],
          "rows": [
            { "what": "batch", "measure": "batch_max", "arm": "a", "published": "10", "sure": "paper", "accept": [10, 10] },
            { "what": "ratio", "measure": "batch_max", "arm": "a", "over": "b", "published": "2", "sure": "paper", "accept": [2, 2] },
            { "what": "loss", "measure": "batch_max", "arm": "b", "over": "a", "complement": true, "scale": 100, "unit": "%", "published": "50", "sure": "paper" }
          ],
          "stated": []
        }
        """;

    [Test]
    public void Values_ratios_and_losses_are_those_of_the_runs()
    {
        (int code, JsonNode rows) = Json(Ten);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(Enumerable.Range(0, 3).Select(i => rows[i]!["ours_low"]!.GetValue<double>()),
                Is.EqualTo(new double[] { 10, 2, 50 }));
            Assert.That(Said(rows, 0), Is.EqualTo("reproduced"));
            Assert.That(Said(rows, 2), Is.Empty, "nothing is accepted, so nothing is judged");
        }
    }

    [Test]
    public void Value_outside_what_is_accepted_is_a_miss_with_exit_code_1()
    {
        (int code, JsonNode rows) = Json(Ten.Replace("[10, 10]", "[11, 12]", StringComparison.Ordinal));
        Assert.That((code, Said(rows, 0)), Is.EqualTo((1, "missed")));
    }

    [Test]
    public void A_miss_that_the_file_stands_by_is_no_fault()
    {
        (int code, JsonNode rows) = Json(Ten.Replace("[10, 10]", "[11, 12], \"stands\": \"missed\"", StringComparison.Ordinal));
        Assert.That((code, Said(rows, 0)), Is.EqualTo((0, "missed")));
    }

    [Test]
    public void The_highest_rate_of_a_finite_run_is_searched()
    {
        // Ten requests: the more come at once, the longer the prompt iteration that all of them wait for.
        string search = Ten.Replace("\"slo.ttft_s\": \"100\"", "\"slo.ttft_s\": \"0.5\"", StringComparison.Ordinal)
            .Replace("batch_max", "finite_capacity_per_s", StringComparison.Ordinal)
            .Replace("[10, 10]", "[0.1, 1000]", StringComparison.Ordinal);
        JsonNode rows = Json(search).Rows;
        Assert.That(Said(rows, 0), Is.EqualTo("reproduced"));
        Assert.That(Low(rows, 1), Is.GreaterThanOrEqualTo(1), "a batch of five serves no more than one without limit");
    }

    [Test]
    public void Open_conditions_give_a_band_and_best_compares_each_arms_largest()
    {
        string two = Ten.Replace(
            "\"stated\": []",
            "\"stated\": [], \"conditions\": [ { \"name\": \"ten\" }, { \"name\": \"four\", \"load\": { \"requests\": 4, "
                + "\"input_tokens\": 1000, \"output_tokens\": 50 } } ]",
            StringComparison.Ordinal);
        JsonNode band = Json(two).Rows;
        JsonNode best = Json(two.Replace("\"over\": \"b\"", "\"over\": \"b\", \"best\": true", StringComparison.Ordinal)).Rows;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Low(band, 0), High(band, 0)), Is.EqualTo((4, 10)));
            Assert.That((Low(band, 1), High(band, 1)), Is.EqualTo((1, 2)), "4 / 4 and 10 / 5");
            Assert.That(Said(band, 0), Is.EqualTo("reproduced"), "the first condition is the one that was argued for");
            Assert.That((Low(best, 1), High(best, 1)), Is.EqualTo((2, 2)), "10 / 5");
        }
        JsonNode point = Json(two.Replace("[10, 10]", "[4, 4]", StringComparison.Ordinal)).Rows;
        Assert.That((Said(point, 0), point[0]!["point"]!.GetValue<string>()), Is.EqualTo(("possible", "four")));
    }

    [Test]
    public void Policy_that_does_not_exist_is_a_row_without_a_value()
    {
        (int code, JsonNode rows) =
            Json(Ten.Replace("\"name\": \"a\", \"policy\": \"vllm\"", "\"name\": \"a\", \"policy\": \"tomorrow\"",
                StringComparison.Ordinal));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(rows[0]!["ours_low"], Is.Null);
            Assert.That(rows[0]!["note"]!.GetValue<string>(), Is.EqualTo("not available: no policy tomorrow"));
        }
    }

    [TestCase("\"measure\": \"batch_max\", \"arm\": \"a\", \"published\"", "\"measure\": \"batch_size\", \"arm\": \"a\", \"published\"",
        "measure: expected a numeric column")]
    [TestCase("\"over\": \"b\"", "\"over\": \"c\"", "over: expected one of a, b, found c")]
    [TestCase("[2, 2]", "[3, 2]", "accept: expected two numbers")]
    [TestCase("\"sure\": \"paper\", \"accept\": [10, 10]", "\"sure\": \"perhaps\"", "sure: expected one of paper, code")]
    [TestCase("\"input_tokens\": 1000, ", "", "ten: load: expected a trace, or input_tokens and output_tokens")]
    [TestCase("slo.ttft_s", "slo.ttft", "unknown setting 'slo.ttft'")]
    public void Faulty_file_is_one_line(string found, string replacement, string message)
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder.In("my.json"), Ten.Replace(found, replacement, StringComparison.Ordinal));
        (int code, _, string error) = Ellm.Run("reproduce", folder.In("my.json"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error, Does.Contain(message));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain('\n'));
        }
    }

    [Test]
    public void Table_goes_to_a_file_that_is_not_replaced_unasked()
    {
        using ScratchFolder folder = new();
        string[] args = ["reproduce", "ellm-batch-128k", "--out", folder.In("rows.csv")];
        (int code, string table, _) = Ellm.Run(args);
        string[] lines = File.ReadAllLines(folder.In("rows.csv"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(table, Does.Contain("largest batch of vllm"));
            Assert.That(lines[0],
                Is.EqualTo("experiment,source,what,published,sure,unit,ours_low,ours_high,accept_low,accept_high,verdict,point,note"));
            Assert.That(lines, Has.Length.EqualTo(4));
            Assert.That(Ellm.Run(args).Code, Is.EqualTo(2), "it exists");
            Assert.That(Ellm.Run([.. args, "--force"]).Code, Is.Zero);
        }
    }

    [Test]
    public void Unknown_experiment_names_the_nearest() =>
        Assert.That(Ellm.Run("reproduce", "ellm-batch-128").Error, Does.Contain("did you mean 'ellm-batch-128k'?"));

    private static string Said(JsonNode rows, int row) => rows[row]!["verdict"]!.GetValue<string>();

    private static double Low(JsonNode rows, int row) => rows[row]!["ours_low"]!.GetValue<double>();

    private static double High(JsonNode rows, int row) => rows[row]!["ours_high"]!.GetValue<double>();

    private static (int Code, JsonNode Rows) Json(string experiment)
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder.In("my.json"), experiment);
        (int code, string output, _) = Ellm.Run("reproduce", folder.In("my.json"), "--format", "json");
        return (code, JsonNode.Parse(output)!);
    }
}
