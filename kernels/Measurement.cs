using System.Globalization;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Backends;
using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Suites;

namespace ELLM.Sim.Kernels;

/// <summary>A whole run on one device: verify the kernels, warm up, measure, and describe what was done.</summary>
public static class Measurement
{
    private const double WarmupSeconds = 0.3;
    private const double LongestWarmupSeconds = 3;
    private const double SteadyWithin = 0.01;

    /// <param name="session">The device.</param>
    /// <param name="makeKernels">Its kernels.</param>
    /// <param name="clock">Host time.</param>
    /// <param name="suites">Names of <see cref="SuiteCatalog"/>.</param>
    /// <param name="options">How long.</param>
    /// <param name="tool">Name and version for the file.</param>
    /// <param name="progress">Called after every visit.</param>
    /// <param name="makeOthers">Another backend, run beside them once to be compared; null or giving null: none.</param>
    /// <param name="cancel">Ends the run; nothing is returned then.</param>
    public static RawFile Run(
        GpuSession session,
        Func<GpuSession, IKernelBackend> makeKernels,
        IClock clock,
        IReadOnlyList<string> suites,
        MeasureOptions options,
        string tool,
        IProgress<MeasureProgress>? progress = null,
        Func<GpuSession, IKernelBackend?>? makeOthers = null,
        CancellationToken cancel = default)
    {
        (long free, _) = session.Driver.MemoryInfo();
        Allowance allowance = Allowance.Of(free, session.Facts.GranularityBytes);
        using Bench bench = new(session, makeKernels(session), clock, allowance, options.Seed);
        IReadOnlyList<IExperiment> experiments = SuiteCatalog.Create(bench, suites, options.Seed, out IReadOnlyList<string> skipped);
        KernelCheck.Run(bench, bench.Kernels, options.Seed);
        WarmUp(bench);
        string compared = "";
        using (IKernelBackend? others = makeOthers?.Invoke(session))
            compared = others is null ? "" : BackendComparison.Of(bench, others, options.Seed);
        MeasureOutcome outcome = new Runner(clock, options).Run(experiments, progress, cancel);
        Dictionary<string, string> about = Describe(bench, tool, suites, options, outcome, skipped);
        about["run.backends"] = compared;
        return new RawFile(about, outcome.Samples);
    }

    /// <summary>Keeps memory busy until its rate no longer changes: an idle device runs at a fraction of its clock.</summary>
    private static void WarmUp(Bench bench)
    {
        long start = bench.Clock.NowNs;
        double before = double.PositiveInfinity;
        while (true)
        {
            double now =
                bench.DeviceUs(_ => bench.Kernels.ReadContiguous(bench.Stream, bench.Source, bench.Folded, bench.Sizes.ArenaBytes), 4);
            double seconds = (bench.Clock.NowNs - start) / 1e9;
            bool steady = Math.Abs(now - before) <= SteadyWithin * now;
            if (seconds >= LongestWarmupSeconds || (steady && seconds >= WarmupSeconds))
                return;
            before = now;
        }
    }

    private static Dictionary<string, string> Describe(
        Bench bench, string tool, IReadOnlyList<string> suites, MeasureOptions options, MeasureOutcome outcome,
        IReadOnlyList<string> skipped)
    {
        DeviceFacts device = bench.Session.Facts;
        CalibratedHost host = HostFacts.Read(device.Cuda);
        CultureInfo plain = CultureInfo.InvariantCulture;
        return new Dictionary<string, string>
        {
            ["tool"] = tool,
            ["backend"] = bench.Kernels.Name,
            ["created_utc"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", plain),
            ["device.name"] = device.Name,
            ["device.cc"] = device.Capability,
            ["device.sms"] = device.Multiprocessors.ToString(plain),
            ["device.l2_bytes"] = device.L2Bytes.ToString(plain),
            ["device.mem_bytes"] = device.TotalBytes.ToString(plain),
            ["device.granularity_bytes"] = device.GranularityBytes.ToString(plain),
            ["device.peak_GBps"] = device.PeakGbPerS.ToString("0.#", plain),
            ["host.os"] = host.Os,
            ["host.cpu"] = host.Cpu,
            ["host.driver"] = host.Driver,
            ["host.cuda"] = host.Cuda,
            ["host.virtualised"] = host.Virtualised?.ToString(plain).ToLowerInvariant() ?? "unknown",
            ["run.suites"] = string.Join(' ', suites),
            ["run.seed"] = options.Seed.ToString(plain),
            ["run.budget_s"] = options.Budget.TotalSeconds.ToString("0.###", plain),
            ["run.rounds"] = outcome.Rounds.ToString(plain),
            ["run.flags"] = string.Join(' ', outcome.Flags),
            ["run.skipped"] = string.Join("; ", skipped),
            ["run.arena_bytes"] = bench.Sizes.ArenaBytes.ToString(plain),
            ["run.empty_pair_ns"] = bench.EmptyNs.ToString(plain),
        };
    }
}
