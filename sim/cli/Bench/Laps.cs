using System.Diagnostics;

namespace ELLM.Sim.Cli.Bench;

/// <summary>Times of repeats of one piece of work.</summary>
/// <remarks>
/// Core seconds are the processor time of the whole process: on a machine shared with others they say what the work costs, while
/// wall seconds say what a user waits. Garbage of earlier work is collected before the clock starts.
/// </remarks>
internal sealed class Laps
{
    private readonly List<double> _wallS = [];
    private readonly List<double> _coreS = [];

    public IReadOnlyList<double> WallTimesS => _wallS;

    public IReadOnlyList<double> CoreTimesS => _coreS;

    public Spread WallS => Spread.Of(_wallS);

    public Spread CoreS => Spread.Of(_coreS);

    public static Laps Of(int repeats, Action work)
    {
        Laps laps = new();
        for (int i = 0; i < repeats; i++)
            laps.Add(work);
        return laps;
    }

    public void Add(Action work)
    {
        GC.Collect();
        TimeSpan core = Environment.CpuUsage.TotalTime;
        long wall = Stopwatch.GetTimestamp();
        work();
        _wallS.Add(Stopwatch.GetElapsedTime(wall).TotalSeconds);
        _coreS.Add((Environment.CpuUsage.TotalTime - core).TotalSeconds);
    }
}

/// <summary>Median, least and most of some repeats.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }

    /// <summary>Units per second of times: the longest time is the lowest rate.</summary>
    public Spread Rate(double units) => new(units / Median, units / Max, units / Min);

    public Spread Times(double factor) => new(Median * factor, Min * factor, Max * factor);
}
