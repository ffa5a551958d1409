using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

[TestFixture]
public sealed class TraceGeneratorTests
{
    private static readonly GeneratorSpec Poisson = new("p", new PoissonArrivals(5), new ConstantLengths(100), new UniformLengths(1, 9));

    [Test]
    public void Generate_SamePresetAndSeed_GoldenBytes()
    {
        using MemoryStream csv = new();
        TraceWriter.Write(TraceGenerator.Generate(GeneratorPresets.Load("azure-code"), 2000, 42), csv);
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(csv.ToArray())), Is.EqualTo("efe27948e6f8b207cf0112fef44f48b45c6935a48e8d1135d7d7179c22ee0cac"));
    }

    [Test]
    public void Generate_Twice_SameTraceAndHash_OtherSeed_Other()
    {
        Trace first = TraceGenerator.Generate(Poisson, 500, 1), again = TraceGenerator.Generate(Poisson, 500, 1), other = TraceGenerator.Generate(Poisson, 500, 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.ArrivalPs, Is.EqualTo(first.ArrivalPs));
            Assert.That(again.ContentHash, Is.EqualTo(first.ContentHash));
            Assert.That(other.ArrivalPs, Is.Not.EqualTo(first.ArrivalPs));
            Assert.That(other.ContentHash, Is.Not.EqualTo(first.ContentHash));
        }
    }

    [Test]
    public void Generate_EveryPreset_StartsAtZeroSortedInWholeMicroseconds([ValueSource(typeof(GeneratorPresets), nameof(GeneratorPresets.Names))] string name)
    {
        GeneratorSpec spec = GeneratorPresets.Load(name);
        Trace trace = TraceGenerator.Generate(spec, 3000, 5);
        using MemoryStream csv = new();
        TraceWriter.Write(trace, csv);
        (Trace read, _) = TraceReader.Read(new MemoryStream(csv.ToArray()), "x.csv");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spec.Name, Is.EqualTo(name));
            Assert.That(spec.Source, Is.Not.Empty);
            Assert.That(spec.Licence, Is.Not.Empty);
            Assert.That(spec.Credit, Is.Not.Empty);
            Assert.That(trace.ArrivalPs[0], Is.Zero);
            Assert.That(trace.ArrivalPs, Is.Ordered);
            Assert.That(trace.ArrivalPs.All(t => t % 1_000_000 == 0), Is.True);
            Assert.That(trace.InputTokens.Concat(trace.OutputTokens).All(t => t >= 1), Is.True);
            Assert.That(read.ArrivalPs, Is.EqualTo(trace.ArrivalPs));
            Assert.That(read.InputTokens, Is.EqualTo(trace.InputTokens));
            Assert.That(read.Models is null, Is.EqualTo(trace.Models is null));
            if (spec.MaxTotalTokens is { } most)
                Assert.That(trace.InputTokens.Zip(trace.OutputTokens, (a, b) => a + b).Max(), Is.LessThanOrEqualTo(most));
        }
    }

    [Test]
    public void Presets_Number_Twenty() => Assert.That(GeneratorPresets.Names, Has.Count.EqualTo(20));

    [Test]
    public void Generate_Rate_Rescales()
    {
        Trace plain = TraceGenerator.Generate(Poisson, 2000, 1), doubled = TraceGenerator.Generate(Poisson, 2000, 1, 10);
        Trace cox = TraceGenerator.Generate(GeneratorPresets.Load("azure-chat"), 2000, 1, 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(doubled.ArrivalPs[^1] / (double)plain.ArrivalPs[^1], Is.EqualTo(0.5).Within(1e-6));
            Assert.That(TraceStatistics.Of(cox).RatePerS, Is.EqualTo(3).Within(1e-6));
            Assert.That(doubled.InputTokens, Is.EqualTo(plain.InputTokens));
        }
    }

    [Test]
    public void Generate_ClosedLoop_CarriesUsersAndThinkTimes()
    {
        GeneratorSpec spec = Poisson with { Arrivals = new ClosedLoopSpec(8, new LognormalMixture([1], [0], [0])) };
        Trace trace = TraceGenerator.Generate(spec, 100, 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.ClosedLoop!.Users, Is.EqualTo(8));
            Assert.That(trace.ClosedLoop.ThinkPs, Has.Length.EqualTo(100).And.All.EqualTo(1_000_000_000_000L));
            Assert.That(trace.ArrivalPs, Has.All.Zero);
            Assert.That(() => TraceGenerator.Generate(spec, 10, 1, 5), Throws.TypeOf<InputException>());
        }
    }

    [Test]
    public void Arrivals_Renewal_HaveTheirRateAndVariation()
    {
        using (Assert.EnterMultipleScope())
        {
            Check(new PoissonArrivals(5), 1, 1);
            Check(new GammaArrivals(5, 0.25), 2, 4);
            Check(new GammaArrivals(5, 4), 0.5, 0.25);
            Check(new WeibullArrivals(0.5, 0.1), Math.Sqrt(5), 5);
        }

        static void Check(ArrivalSpec arrivals, double cv, double dispersion)
        {
            TraceStatistics statistics = TraceStatistics.Of(TraceGenerator.Generate(Poisson with { Arrivals = arrivals }, 200_000, 3));
            Assert.That(statistics.RatePerS, Is.EqualTo(arrivals.NominalRatePerS).Within(2).Percent);
            Assert.That(statistics.GapCv, Is.EqualTo(cv).Within(3).Percent);
            // A renewal process's counts in long windows have the squared variation of its gaps as dispersion.
            // About 660 windows: a standard error of 5.5 %.
            Assert.That(statistics.Idc60S, Is.EqualTo(dispersion).Within(20).Percent);
        }
    }

    [Test]
    public void Arrivals_Mmpp_HasTheDispersionOfItsClosedForm()
    {
        // Two states, Heffes and Lucantoni 1986: IDC(inf) = 1 + 2 (r1 - r2)^2 s1 s2 / ((s1 + s2)^2 (r1 s2 + r2 s1)), s = leaving rates.
        ModulatedPoissonArrivals arrivals = new([2, 10], [5, 2]);
        double s1 = 1 / 5.0, s2 = 1 / 2.0;
        double limit = 1 + 2 * 64 * s1 * s2 / ((s1 + s2) * (s1 + s2) * (2 * s2 + 10 * s1));
        TraceStatistics statistics = TraceStatistics.Of(TraceGenerator.Generate(Poisson with { Arrivals = arrivals }, 300_000, 3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(arrivals.NominalRatePerS, Is.EqualTo(30 / 7.0).Within(1e-12));
            Assert.That(statistics.RatePerS, Is.EqualTo(30 / 7.0).Within(2).Percent);
            Assert.That(statistics.Idc60S, Is.EqualTo(limit).Within(20).Percent);
        }
    }

    [Test]
    public void Arrivals_RateTable_FollowsTheTable()
    {
        Trace trace = TraceGenerator.Generate(Poisson with { Arrivals = new RateTableArrivals(10, 100, [0, 1, 3]) }, 40_000, 9);
        // Times are shifted to the first request, which comes just after the empty step.
        double[] seen = new double[3];
        foreach (long time in trace.ArrivalPs)
            seen[time / 100_000_000_000_000 % 3]++;
        Assert.That(seen[0] / seen[1], Is.EqualTo(1 / 3.0).Within(0.02));
        Assert.That(seen[2] / trace.Count, Is.LessThan(0.005));
    }

    [Test]
    public void Lengths_BlendAndPointMass_HaveTheirShares()
    {
        GeneratorSpec spec = Poisson with
        {
            Input = new BlendLengths([new BlendPart(0.9, new MixtureLengths([1], [5], [1], 10, 1000)), new BlendPart(0.1, new UniformLengths(7434, 7437))]),
            Output = new WeibullLengths(1.5, 100, 5, 200),
            InputOutputSpearman = 0.42,
        };
        Trace trace = TraceGenerator.Generate(spec, 50_000, 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.InputTokens.Count(t => t >= 7434) / 50_000.0, Is.EqualTo(0.1).Within(0.01));
            Assert.That(trace.InputTokens.Min(), Is.EqualTo(10));
            Assert.That(trace.InputTokens.Where(t => t < 7000).Max(), Is.EqualTo(1000));
            Assert.That(trace.OutputTokens.Max(), Is.EqualTo(200));
            Assert.That(TraceStatistics.Spearman(trace.InputTokens, trace.OutputTokens), Is.EqualTo(0.42).Within(0.02));
        }
    }

    [TestCase("""{"name":"x","arrivals":{"kind":"poisson","rate_per_s":1},"input":{"kind":"constant","tokens":5}}""", "output")]
    [TestCase("""{"name":"x","arrivals":{"kind":"poisson","rate":1},"input":{"kind":"constant","tokens":5},"output":{"kind":"constant","tokens":5}}""", "rate")]
    [TestCase("""{"name":"x","arrivals":{"kind":"poison","rate_per_s":1},"input":{"kind":"constant","tokens":5},"output":{"kind":"constant","tokens":5}}""", "poison")]
    [TestCase("""{"name":"x","arrivals":{"kind":"poisson","rate_per_s":0},"input":{"kind":"constant","tokens":5},"output":{"kind":"constant","tokens":5}}""", "expected a number from 1E-09")]
    [TestCase("""{"name":"x","arrivals":{"kind":"poisson","rate_per_s":1},"input":{"kind":"quantiles","table":"azure-chat.inptu"},"output":{"kind":"constant","tokens":5}}""", "did you mean 'azure-chat.input'")]
    [TestCase("""{"name":"x","arrivals":{"kind":"poisson","rate_per_s":1},"input":{"kind":"constant","tokens":0},"output":{"kind":"constant","tokens":5}}""", "tokens")]
    [TestCase("""{"name":"x",""", "spec.json:1")]
    [TestCase("null", "null")]
    public void Spec_Wrong_SaysWhere(string json, string part) =>
        Assert.That(() => GeneratorJson.Parse(Encoding.UTF8.GetBytes(json), "spec.json"),
            Throws.TypeOf<InputException>().With.Message.StartsWith("spec.json").Or.TypeOf<InputException>().With.Message.Contains(part));

    [Test]
    public void Schema_File_IsUpToDate()
    {
        string path = Path.Combine(Repository.Root, "configs", "schema", "workload.schema.json");
        string schema = GeneratorJson.Schema();
        // The actual text is written beside the tests, to be copied when the specification has changed.
        File.WriteAllText(Path.Combine(TestContext.CurrentContext.WorkDirectory, "workload.schema.json"), schema);
        Assert.That(File.ReadAllText(path), Is.EqualTo(schema));
    }

    [Test]
    public void Presets_UnknownName_NamesTheNearest() =>
        Assert.That(() => GeneratorPresets.Load("azure-caht"), Throws.TypeOf<InputException>().With.Message.Contains("did you mean 'azure-chat'?"));

    [Test]
    public void Generate_BeyondTheClock_IsRefused() =>
        Assert.That(() => TraceGenerator.Generate(Poisson, 100, 1, 1e-6), Throws.TypeOf<InputException>().With.Message.Contains("106 days"));
}
