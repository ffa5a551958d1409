using System.Globalization;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Workload;
using NUnit.Framework;
using Parquet;
using Parquet.Schema;

namespace ELLM.Sim.Tests.Workload;

/// <summary>A Parquet trace is read as the CSV with the same columns; results are written as Parquet beside CSV.</summary>
internal sealed class ParquetTraceTests
{
    private ScratchFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new ScratchFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task Whole_numbers_and_fractions_are_those_of_the_CSV()
    {
        double[] times = [0, 0.000001, 1.25, 100_000.5];
        int[] input = [100, 200, 1, 7];
        long[] output = [10, 20, 1, 9];
        string csv = _folder.File("t.csv", "arrival_s,input_tokens,output_tokens\n"
            + string.Concat(times.Select((t, i) => string.Create(
                CultureInfo.InvariantCulture, $"{t:0.############},{input[i]},{output[i]}\n"))));
        string parquet = await Write("t.parquet", ("arrival_s", times), ("input_tokens", input), ("output_tokens", output));
        (Trace wanted, _) = TraceReader.Read(csv);
        (Trace found, TraceLoadReport report) = TraceReader.Read(parquet);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.ArrivalPs, Is.EqualTo(wanted.ArrivalPs));
            Assert.That(found.InputTokens, Is.EqualTo(wanted.InputTokens));
            Assert.That(found.OutputTokens, Is.EqualTo(wanted.OutputTokens));
            string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(parquet)));
            Assert.That(report.Sha256, Is.EqualTo(hash), "of the file as stored");
        }
    }

    [Test]
    public async Task Times_of_day_and_float_columns_are_read()
    {
        DateTime start = new(2023, 11, 16, 18, 15, 46, DateTimeKind.Utc);
        string parquet = await Write(
            "azure.parquet", ("note", new[] { "a, b", "c" }), ("TIMESTAMP", new[] { start, start.AddMilliseconds(1500) }),
            ("ContextTokens", new[] { 374, 396 }), ("GeneratedTokens", new[] { 44, 109 }));
        (Trace trace, _) = TraceReader.Read(parquet);
        Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 1_500_000_000_000 }));
    }

    [Test]
    public async Task A_file_without_the_columns_is_one_line_that_names_those_found()
    {
        string parquet = await Write("other.parquet", ("when", new[] { 1.0 }), ("size", new[] { 5 }));
        (int code, string output, string error) = Ellm.Run("trace", "stats", parquet);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1));
            Assert.That(error, Does.Contain("other.parquet").And.Contains("when"));
        }
    }

    [TestCase(4)]
    [TestCase(40)]
    [TestCase(-1)]
    public async Task A_cut_file_is_one_line(int keep)
    {
        string parquet = await Write(
            "cut.parquet", ("arrival_s", new[] { 0.0, 1 }), ("input_tokens", new[] { 5, 6 }), ("output_tokens", new[] { 5, 6 }));
        byte[] bytes = await File.ReadAllBytesAsync(parquet);
        await File.WriteAllBytesAsync(parquet, bytes[..(keep < 0 ? bytes.Length + keep : keep)]);
        (int code, _, string error) = Ellm.Run("trace", "stats", parquet);
        Assert.That(code, Is.EqualTo(2), error);
        Assert.That(error, Does.Contain("cut.parquet: a Parquet file that cannot be read").And.Not.Contain("   at "));
        Assert.That(error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Results_are_the_columns_of_the_CSV()
    {
        string run = _folder.In("run");
        string[] compare =
            ["compare", "chat", "--limit", "50", "--policies", "vllm,orca-max", "--format", "parquet", "--no-report", "--out", run];
        Assert.That(Ellm.Run(compare).Code, Is.Zero);
        foreach (string table in (string[])["requests", "timeline"])
        {
            string[][] rows = [.. (await File.ReadAllLinesAsync(Path.Combine(run, "vllm", table + ".csv"))).Select(l => l.Split(','))];
            await using ParquetReader reader = await ParquetReader.CreateAsync(Path.Combine(run, "vllm", table + ".parquet"));
            Assert.That(reader.Schema.DataFields.Select(f => f.Name), Is.EqualTo(rows[0]));
            Assert.That(reader.RowGroups.Sum(g => g.RowCount), Is.EqualTo(rows.Length - 1));
            for (int column = 0; column < rows[0].Length; column++)
            {
                DataField field = reader.Schema.DataFields[column];
                if (field.Name == "status")
                {
                    string?[] words = new string?[rows.Length - 1];
                    await reader.RowGroups[0].ReadAsync(field, words.AsMemory());
                    Assert.That(words, Is.EqualTo(rows[1..].Select(r => r[column])));
                }
                if (field.ClrType != typeof(double))
                    continue;
                double?[] values = new double?[rows.Length - 1];
                await reader.RowGroups[0].ReadAsync(field, values.AsMemory());
                double? Wanted(string cell) => cell.Length == 0 ? null : double.Parse(cell, CultureInfo.InvariantCulture);
                Assert.That(values, Is.EqualTo(rows[1..].Select(r => Wanted(r[column]))), field.Name);
            }
        }
    }

    [TestCase("compare", "--format parquet writes requests.parquet and timeline.parquet: say where with --out DIR")]
    [TestCase("capacity", "parquet")]
    public void Parquet_has_to_go_somewhere(string command, string expected)
    {
        (int code, string output, string error) = Ellm.Run(command, "chat", "--limit", "5", "--format", "parquet");
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.StartWith("ellm: ").And.Contains(expected));
    }

    private async Task<string> Write(string name, params (string Name, Array Values)[] columns)
    {
        string path = _folder.In(name);
        DataField[] fields = [.. columns.Select(c => new DataField(c.Name, c.Values.GetType().GetElementType()!))];
        await using FileStream file = new(path, FileMode.Create, FileAccess.ReadWrite);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        for (int i = 0; i < columns.Length; i++)
        {
            switch (columns[i].Values)
            {
                case double[] v: await group.WriteAsync<double>(fields[i], v); break;
                case int[] v: await group.WriteAsync<int>(fields[i], v); break;
                case string[] v: await group.WriteAsync(fields[i], v); break;
                case long[] v: await group.WriteAsync<long>(fields[i], v); break;
                case DateTime[] v: await group.WriteAsync<DateTime>(fields[i], v); break;
                default: throw new InvalidOperationException(name);
            }
        }
        return path;
    }
}
