using System.Globalization;
using System.Text.Json;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

/// <summary>Against numbers of an independent implementation of the same formulas: no overhead, no padding.</summary>
[TestFixture]
internal sealed class AnalyticTimeModelGoldenTests
{
    private const double Tolerance = 1e-4;

    private static readonly TimingOptions Bare = new(MaxSequences: 256, Overhead: OverheadProfile.None, MemoTokens: 4096);

    private readonly Dictionary<(string, string, int), AnalyticTimeModel> _built = [];

    [Test]
    public void Iteration_shipped_golden_vectors_within1_e4()
    {
        string[] rows = File.ReadAllLines(Path.Combine(RepositoryRoot.Find(), "tests", "Timing", "golden.csv"));
        Assert.That(rows, Has.Length.GreaterThan(40));
        foreach (string row in rows.Skip(1))
        {
            string[] cells = row.Split(',');
            int[] n = [.. cells[2..9].Select(cell => int.Parse(cell, CultureInfo.InvariantCulture))];
            PrefillChunk[] chunks = n[4] > 0 ? [new PrefillChunk(n[4], n[5], n[6] != 0)] : [];
            double us = Us(cells[0], cells[1], n[0], new DecodeBatch(n[1], n[2], n[3]), chunks);
            double expected = double.Parse(cells[9], CultureInfo.InvariantCulture);
            Assert.That(us, Is.EqualTo(expected).Within(Tolerance * expected), row);
        }
    }

    [Test]
    public void Iteration_whole_golden_file_within1_e4()
    {
        string? file = RepositoryRoot.Shared(Path.Combine("calibration", "timemodel-golden.json"));
        if (file is null)
            Assert.Ignore("calibration/timemodel-golden.json is not beside this checkout");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        int count = 0;
        foreach (JsonElement vector in document.RootElement.GetProperty("vectors").EnumerateArray())
        {
            JsonElement decode = vector.GetProperty("decode");
            DecodeBatch batch = new(
                decode.GetProperty("b").GetInt32(), decode.GetProperty("S").GetInt64(), decode.GetProperty("smax").GetInt64());
            PrefillChunk[] chunks =
            [
                .. vector.GetProperty("prefill").EnumerateArray()
                    .Select(chunk => new PrefillChunk(chunk[0].GetInt32(), chunk[1].GetInt32(), chunk[2].GetBoolean())),
            ];
            string device = vector.GetProperty("device").GetString()!.Replace("rtxpro", "rtx-pro-", StringComparison.Ordinal);
            double us = Us(device, vector.GetProperty("model").GetString()!, vector.GetProperty("tp").GetInt32(), batch, chunks);
            double expected = vector.GetProperty("us").GetDouble();
            Assert.That(us, Is.EqualTo(expected).Within(Tolerance * expected), vector.ToString());
            count++;
        }
        Assert.That(count, Is.EqualTo(144));
    }

    // A(1), A(8), A(32), A(128), A(256) in ms; B in ns a token; C in us a 1024 longest tokens at b = 1 and 32; prefill of 512,
    // 2048, 8192 in ms.
    [TestCase("a100", "llama-2-7b", 1, "10.20 10.28 10.59 13.39 19.93", 349.6, "8.0 1.0", "35 128 570")]
    [TestCase("a100", "llama-3.1-8b", 1, "11.36 11.45 11.79 15.06 22.00", 87.4, "9.6 3.1", "38 135 599")]
    [TestCase("a100", "llama-3.1-70b", 8, "16.60 17.49 18.97 24.31 37.95", 27.3, "25.6 19.9", "71 226 888")]
    [TestCase("h100", "qwen3-32b", 2, "14.05 14.14 14.47 16.23 20.29", 42.3, "5.0 2.6", "31 108 453")]
    [TestCase("h200", "llama-3.1-70b", 4, "12.56 12.80 13.63 16.10 21.98", 18.8, "7.8 5.4", "36 130 516")]
    [TestCase("b200", "llama-3.1-70b", 8, "6.95 7.22 8.27 9.33 11.17", 5.7, "7.4 6.1", "16 48 184")]
    [TestCase("l40s", "llama-3.1-70b", 4, "57.23 64.42 87.45 193.96 338.78", 115.9, "46.3 32.4", "639 2498 10056")]
    [TestCase("rtx-pro-6000", "llama-3.1-8b", 1, "10.96 11.07 11.53 14.30 18.61", 91.4, "16.1 7.1", "27 88 382")]
    [TestCase("rtx-4090", "llama-3.1-8b", 1, "17.75 17.82 18.05 20.07 28.68", 145.3, "0.0 0.0", "50 198 878")]
    public void Decode_published_table_row_agrees_to_its_digits(
        string device, string model, int tp, string fixedMs, double contextNs, string longestUs, string prefillMs)
    {
        AnalyticTimeModel time = Build(device, model, tp);
        int[] batches = [1, 8, 32, 128, 256];
        using (Assert.EnterMultipleScope())
        {
            foreach ((int b, double ms) in batches.Zip(Numbers(fixedMs)))
                Assert.That(time.Decode(new DecodeBatch(b, b, 1)).FixedPs / 1e9, Is.EqualTo(ms).Within(0.00501), $"A({b})");
            Assert.That(time.Decode(new DecodeBatch(1, 1, 1)).PerContextTokenPs / 1e3, Is.EqualTo(contextNs).Within(0.0501));
            double[] longest = Numbers(longestUs);
            Assert.That(time.Decode(new DecodeBatch(1, 1, 1)).PerLongestTokenPs * 1024 / 1e6, Is.EqualTo(longest[0]).Within(0.0515));
            Assert.That(time.Decode(new DecodeBatch(32, 32, 1)).PerLongestTokenPs * 1024 / 1e6, Is.EqualTo(longest[1]).Within(0.0515));
            int[] prompts = [512, 2048, 8192];
            foreach ((int tokens, double ms) in prompts.Zip(Numbers(prefillMs)))
                Assert.That(time.Mixed([new PrefillChunk(tokens, 0, true)], default) / 1e9, Is.EqualTo(ms).Within(0.501),
                    $"prefill {tokens}");
        }
    }

    private static double[] Numbers(string spaced) =>
        [.. spaced.Split(' ').Select(one => double.Parse(one, CultureInfo.InvariantCulture))];

    private double Us(string device, string model, int tp, DecodeBatch batch, PrefillChunk[] chunks)
    {
        AnalyticTimeModel time = Build(device, model, tp);
        if (chunks.Length > 0)
            return time.Mixed(chunks, batch) / 1e6;
        DecodeCost cost = time.Decode(batch);
        return (cost.FixedPs + cost.PerContextTokenPs * batch.ContextTokens + cost.PerLongestTokenPs * batch.LongestContext) / 1e6;
    }

    private AnalyticTimeModel Build(string device, string model, int tp)
    {
        if (!_built.TryGetValue((device, model, tp), out AnalyticTimeModel? time))
        {
            time = new AnalyticTimeModel(TimingCatalog.Load(device), ModelCatalog.Load(model), tp, Bare);
            _built[(device, model, tp)] = time;
        }
        return time;
    }
}
