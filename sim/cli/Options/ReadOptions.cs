using System.CommandLine;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Options;

/// <summary>How a trace is read or drawn.</summary>
internal sealed class ReadOptions
{
    private readonly Option<string?> _rate = RunOptions.Text("--rate", "REQ/S", "Rescale arrivals to this mean rate.");
    private readonly Option<string?> _scale = RunOptions.Text("--scale", "FACTOR", "Multiply every arrival time: 0.5 is twice the load.");
    private readonly Option<string?> _limit = RunOptions.Text("--limit", "N", "Use the first N requests.");
    private readonly Option<string?> _seed = RunOptions.Text("--seed", "N", "Seed of everything random (default 1).");

    /// <param name="generated">Nothing is read, so there are no arrival times to stretch.</param>
    public void AddTo(Command command, bool generated = false)
    {
        command.Options.Add(_rate);
        if (!generated)
            command.Options.Add(_scale);
        command.Options.Add(_limit);
        command.Options.Add(_seed);
    }

    public TraceReadOptions Of(ParseResult parsed) => new()
    {
        RatePerSecond = Values.Positive("--rate", parsed.GetValue(_rate)),
        TimeScale = parsed.GetResult(_scale) is null ? null : Values.Positive("--scale", parsed.GetValue(_scale)),
        Limit = Values.Count("--limit", parsed.GetValue(_limit)),
        Seed = Values.Seed(parsed.GetValue(_seed)) ?? 1,
    };
}
