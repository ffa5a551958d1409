using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Tables;

namespace ELLM.Sim.Tests.Compat.Vidur;

/// <summary>Small runs whose iterations take a second, so that every time is a whole number.</summary>
internal static class Micro
{
    /// <summary>Two layers, four heads of width 2, no shared KV heads.</summary>
    public static readonly VidurModel Model = new("micro", 2, 8, 16, 4, 4);

    /// <summary>Two query heads for each KV head.</summary>
    public static readonly VidurModel Grouped = Model with { KvHeads = 2 };

    public static VidurConfig Config(VidurScheduler scheduler, int blocks) => new()
    {
        Model = Model,
        Scheduler = scheduler,
        Blocks = blocks,
        BlockTokens = 4,
        MaxTokens = 16,
        ChunkTokens = 8,
    };

    /// <summary>A second an iteration, whatever is in it: 500 ms for each of two layers.</summary>
    public static IOperatorTable Second { get; } = new FunctionTable((op, _) => op == VidurOperator.Add ? 500 : 0);

    public static VidurRunResult Run(VidurConfig config, params VidurArrival[] requests) => VidurRun.Execute(config, requests, Second);

    public static VidurArrival At(double time, int prompt, int output) => new(time, prompt, output);

    public static double?[] Finish(VidurRunResult run) => [.. run.Results.Select(result => result.FinishedAt)];

    public static double?[] FirstToken(VidurRunResult run) => [.. run.Results.Select(result => result.FirstTokenAt)];

    public static double?[] FirstScheduled(VidurRunResult run) => [.. run.Results.Select(result => result.FirstScheduledAt)];

    public static int[] Restarts(VidurRunResult run) => [.. run.Results.Select(result => result.Restarts)];

    public static int[] Iterations(VidurRunResult run) => [.. run.Results.Select(result => result.Iterations)];
}

/// <summary>Times from functions of the keys.</summary>
internal sealed class FunctionTable(
    Func<VidurOperator, int, double> count, Func<int, int, double>? decode = null, Func<int, long, double>? prefill = null) : IOperatorTable
{
    public double Milliseconds(VidurOperator op, int count1) => count(op, count1);

    public double DecodeAttention(int batch, int kvTokens) => decode?.Invoke(batch, kvTokens) ?? 0;

    public double PrefillAttention(int kvTokens, long chunkSquared) => prefill?.Invoke(kvTokens, chunkSquared) ?? 0;
}
