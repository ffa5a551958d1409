using System.CommandLine;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Options;

/// <summary>How a trace is read or drawn.</summary>
internal sealed class ReadOptions
{
    private readonly Option<string?> _rate = RunOptions.Text("--rate", "REQ/S", "Rescale arrivals to this mean rate.");
    private readonly Option<string?> _scale = RunOptions.Text("--scale", "FACTOR", "Multiply every arrival time: 0.5 is twice the load.");
    private readonly Option<string?> _limit = RunOptions.Text("--limit", "N", "Use the first N requests by arrival.");
    private readonly Option<string?> _skip = RunOptions.Text("--skip", "N", "Leave out the first N requests by arrival.");
    private readonly Option<string?> _window = RunOptions.Text("--window", "FROM..TO", "Use what arrives in this part of the trace, such as 10m..40m.");
    private readonly Option<string?> _unit = RunOptions.Text("--time-unit", "UNIT", "Unit of the trace's times: s, ms, us or ns (default: the layout's, or the only one that fits).", () => Units);
    private readonly Option<string?> _columns = RunOptions.Text("--columns", "MAP", "Columns of a table of your own: arrival=A,input=I,output=O[,model=M].");
    private readonly Option<string?> _sessionRate = RunOptions.Text("--session-rate", "SESSIONS/S", "Poisson rate of session starts, for logs whose clock starts anew in each session.");
    private readonly Option<bool> _spread = new("--spread-equal-times") { Description = "Spread requests that a log gives the same time over the log's tick." };
    private readonly Option<string?> _seed = RunOptions.Text("--seed", "N", "Seed of everything random (default 1).");

    public ReadOptions()
    {
        _rate.Also("--request-rate");
        _limit.Also("--num-prompts", "--num-requests");
    }

    /// <param name="generated">Nothing is read, so there are no arrival times to stretch.</param>
    public void AddTo(Command command, bool generated = false)
    {
        int before = command.Options.Count;
        command.Options.Add(_rate);
        if (!generated)
        {
            command.Options.Add(_scale);
            command.Options.Add(_skip);
            command.Options.Add(_window);
            command.Options.Add(_unit);
            command.Options.Add(_columns);
            command.Options.Add(_sessionRate);
            command.Options.Add(_spread);
        }
        else
        {
            _limit.Description = "Draw N requests; N is part of the draw, save where a specification draws sessions or prompts.";
        }
        command.Options.Add(_limit);
        command.Options.Add(_seed);
        foreach (Option option in command.Options.Skip(before))
            option.In(HelpGroups.Workload);
    }

    /// <summary>The seed alone: the command draws its traces.</summary>
    public void AddSeedTo(Command command) => command.Options.Add(_seed);

    public TraceReadOptions Of(ParseResult parsed) => new()
    {
        StandardInput = Console.OpenStandardInput,
        RatePerSecond = Values.Positive("--rate", Of(parsed, _rate)),
        TimeScale = Values.Positive("--scale", Of(parsed, _scale)),
        Skip = Of(parsed, _skip) is string skip ? Values.Count("--skip", skip) : null,
        Window = Of(parsed, _window) is string window ? TimeWindow.Parse(window) : null,
        TimeUnit = Of(parsed, _unit) is string unit ? UnitOf(unit) : null,
        Columns = Of(parsed, _columns) is string columns ? ColumnMap.Parse(columns) : null,
        SessionRatePerSecond = Values.Positive("--session-rate", Of(parsed, _sessionRate)),
        SpreadEqualTimes = parsed.GetResult(_spread) is not null && parsed.GetValue(_spread),
        Limit = Values.Count("--limit", Of(parsed, _limit)),
        Seed = Values.Seed(parsed.GetValue(_seed)) ?? 1,
    };

    private static string[] Units => ["s", "ms", "us", "ns"];

    /// <summary>Null too where the command does not have the option.</summary>
    private static string? Of(ParseResult parsed, Option<string?> option) =>
        parsed.GetResult(option) is null ? null : parsed.GetValue(option);

    private static TimeUnit UnitOf(string text) => text switch
    {
        "s" => TimeUnit.Seconds,
        "ms" => TimeUnit.Milliseconds,
        "us" => TimeUnit.Microseconds,
        "ns" => TimeUnit.Nanoseconds,
        _ => throw new InputException($"--time-unit {text}: expected s, ms, us or ns"),
    };
}
