using System.Text;
using ELLM.Sim.Experiments;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Workload;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Trust;

/// <summary>Input that has no end, or makes no arrival, ends with one line.</summary>
internal sealed class EndlessInputTests
{
    [TestCase("""{ "kind": "rate_table", "rate_per_s": 1, "step_s": 1e-6, "multipliers": [0, 1e-6] }""", "larger step_s")]
    [TestCase("""{ "kind": "rate_table", "rate_per_s": 1, "step_s": 1e-9, "multipliers": [1] }""", "step_s: expected a number from")]
    [TestCase("""{ "kind": "cox_lognormal", "rate_per_s": 1e-3, "bin_s": 1e-6, "sd_log": 0.2, "phi": 0.9 }""", "larger bin_s")]
    [TestCase("""{ "kind": "cox_lognormal", "rate_per_s": 1, "bin_s": 1, "sd_log": 100, "phi": 0.5 }""", "larger bin_s")]
    [TestCase("""{ "kind": "mmpp", "rates_per_s": [0, 1e-6], "mean_sojourn_s": [1e-6, 1e-6] }""", "larger mean_sojourn_s")]
    [TestCase("""{ "kind": "clients", "rate_per_s": 1, "clients": 5, "zipf_exponent": 1, "cv_mu": 0, "cv_sigma": 4921 }""",
        "cv_sigma: expected a number from 0 to 100")]
    [TestCase("""{ "kind": "clients", "rate_per_s": 1, "clients": 5, "zipf_exponent": 1e9, "cv_mu": 0, "cv_sigma": 1 }""",
        "zipf_exponent: expected")]
    [TestCase("""{ "kind": "gamma", "rate_per_s": 1, "shape": 1e300 }""", "shape: expected")]
    [TestCase("""{ "kind": "poisson", "rate_per_s": 1e-300 }""", "requests per second: expected")]
    [TestCase("""
        { "kind": "sessions", "session_starts": { "rate_per_s": 1, "step_s": 1, "multipliers": [1] },
        "turn_success": 1e-12, "gap_s": { "weights": [1], "mu": [0], "sigma": [0] } }
        """, "turn_success: expected")]
    public void A_workload_without_arrivals_ends_with_the_value_to_change(string arrivals, string expected)
    {
        string spec = $$"""
            { "name": "w", "arrivals": {{arrivals}}, "input": { "kind": "constant", "tokens": 5 },
              "output": { "kind": "constant", "tokens": 5 } }
            """;
        Assert.That(
            () => TraceGenerator.Generate(GeneratorJson.Parse(Encoding.UTF8.GetBytes(spec), "w.json"), 5, seed: 1),
            Throws.InstanceOf<InputException>().With.Message.Contains(expected));
    }

    [TestCase("x")]
    [TestCase("arrival_s,input_tokens,output_tokens\n0,1,")]
    [TestCase("arrival_s,input_tokens,output_tokens\n0,1,\"")]
    [TestCase("{\"timestamp\": ")]
    [TestCase("[{\"timestamp\": 1}, ")]
    public void A_stream_without_line_ends_is_refused_at_64_MiB(string start)
    {
        using EndlessStream stream = new(Encoding.UTF8.GetBytes(start), "7"u8.ToArray());
        Assert.That(() => TraceReader.Read(stream, "pipe"), Throws.InstanceOf<InputException>().With.Message.Match("pipe:[0-9]+: "));
        Assert.That(stream.Given, Is.LessThan(200L << 20));
    }

    [TestCase("arrival_s,input_tokens,output_tokens\n", "1,10,5\n")]
    [TestCase("", "{\"timestamp\": 5, \"input_length\": 10, \"output_length\": 5}\n")]
    public void A_stream_without_end_is_read_up_to_the_limit(string start, string again)
    {
        using EndlessStream stream = new(Encoding.UTF8.GetBytes(start), Encoding.UTF8.GetBytes(again));
        (Trace trace, TraceLoadReport report) = TraceReader.Read(stream, "pipe", new TraceReadOptions { Limit = 7 });
        using EndlessStream slow = new(Encoding.UTF8.GetBytes(start), Encoding.UTF8.GetBytes(again)) { Most = 3 };
        string hash = TraceReader.Read(slow, "pipe", new TraceReadOptions { Limit = 7 }).Trace.ContentHash!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.Count, Is.EqualTo(7));
            Assert.That(report.Limited);
            Assert.That(hash, Is.EqualTo(trace.ContentHash), "the hash does not depend on how a pipe is cut into pieces");
        }
    }

    [Test]
    public void A_dash_is_what_is_piped_in()
    {
        byte[] text = "arrival_s,input_tokens,output_tokens\n0,10,5\n"u8.ToArray();
        (Trace trace, _) = Traces.Load("-", new TraceReadOptions { StandardInput = () => new MemoryStream(text) });
        Assert.That((trace.Count, trace.Name), Is.EqualTo((1, "stdin")));
        Assert.That(() => Traces.Load("-", TraceReadOptions.Default),
            Throws.InstanceOf<InputException>().With.Message.Contains("standard input"));
    }

    [Test]
    public void A_sweep_does_not_read_a_device()
    {
        if (!File.Exists("/dev/zero"))
            Assert.Ignore("no /dev/zero here");
        using ScratchFolder folder = new();
        string file = folder.File(
            "x.json", """{ "name": "x", "base": { "trace": "/dev/zero", "limit": 5 }, "grid": { "policy": ["vllm"] } }""");
        (int code, string output, string error) = Ellm.Run("sweep", file, "--out", folder.In("d"));
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.StartWith("ellm: /dev/zero: expected a file, found a pipe, a device"));
    }

    [TestCase("0001-01-01 00:00:00+23:59")]
    [TestCase("9999-12-31 23:59:59-23:59")]
    public void Times_that_leave_the_calendar_by_their_zone_are_no_times(string time) =>
        Assert.That(Load.ErrorOf($"TIMESTAMP,ContextTokens,GeneratedTokens\n{time},1,1\n"), Does.Contain("expected a time like"));

    [TestCase("arrival_s,\"input_tokens,\",output_tokens\n0,10,5\n", "some.trace:1: unknown columns: ")]
    [TestCase("\"arrival_s,input_tokens\",output_tokens\n0,10\n", "some.trace:1: unknown columns: ")]
    public void What_is_detected_is_what_is_read(string text, string expected) => Assert.That(Load.ErrorOf(text), Does.Contain(expected));

    [Test]
    public void Quoted_headers_are_read() =>
        Assert.That(Load.Text("\"arrival_s\", \"input_tokens\" ,\"output_tokens\"\n0,10,5\n").Trace.Count, Is.EqualTo(1));

    [Test]
    public void Keys_that_are_not_UTF8_are_refused_with_their_line()
    {
        byte[] text = [.. "{\"timestamp\": 0, \"input_length\": 100, \"output_length\": 5, \""u8, 0xff, .. "\": 1}\n"u8];
        Assert.That(Load.ErrorOf(text), Does.EndWith("some.trace:1: expected text in UTF-8, found bytes that are none"));
    }

    /// <summary>A start, then the same again and again.</summary>
    private sealed class EndlessStream(byte[] start, byte[] again) : Stream
    {
        private long _at;

        /// <summary>Bytes a read gives at most.</summary>
        public int Most { get; init; } = int.MaxValue;

        public long Given => _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(Most, buffer.Length);
            for (int i = 0; i < count; i++, _at++)
                buffer[i] = _at < start.Length ? start[_at] : again[(_at - start.Length) % again.Length];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
