namespace ELLM.Sim.Workload;

/// <summary>What becomes of a row with input tokens but no output tokens: a failed request in most logs.</summary>
public enum ZeroOutputPolicy
{
    /// <summary>Leave it out and count it.</summary>
    Drop,

    /// <summary>One output token: the prompt is processed and its prefill yields that token.</summary>
    KeepAsOne,
}

/// <summary>How a trace is read and its clock adjusted.</summary>
/// <remarks>
/// Rows are sorted by arrival, then cut (window, skip, limit), then the clock is adjusted in the order of the properties: offset,
/// spreading, gaps, scale, rate.
/// </remarks>
public sealed record TraceReadOptions
{
    public static TraceReadOptions Default { get; } = new();

    /// <summary>Opens what the trace <c>-</c> stands for; null where nothing is piped in.</summary>
    public Func<Stream>? StandardInput { get; init; }

    public ZeroOutputPolicy ZeroOutput { get; init; } = ZeroOutputPolicy.Drop;

    /// <summary>Keep the first this many by arrival, after <see cref="Window"/> and <see cref="Skip"/>.</summary>
    public long? Limit { get; init; }

    /// <summary>Leave out the first this many by arrival.</summary>
    public long? Skip { get; init; }

    /// <summary>Keep only what arrives in this part of the trace.</summary>
    public TimeWindow? Window { get; init; }

    /// <summary>Unit of the time column; null: the layout's own, or the one that the file can only have.</summary>
    public TimeUnit? TimeUnit { get; init; }

    /// <summary>Columns of a table that is none of the known layouts.</summary>
    public ColumnMap? Columns { get; init; }

    /// <summary>Keep the file's own zero (for wall clocks: midnight of the first day) instead of starting at 0.</summary>
    public bool KeepTimeOffset { get; init; }

    /// <summary>Requests logged at the same time are spread uniformly over the file's tick, its smallest gap.</summary>
    public bool SpreadEqualTimes { get; init; }

    /// <summary>Longer gaps between requests are cut to this many seconds.</summary>
    public double? MaxGapSeconds { get; init; }

    /// <summary>Multiplies every arrival time: 0.5 is twice the load.</summary>
    public double? TimeScale { get; init; }

    /// <summary>Stretches or squeezes the arrivals to this mean rate [requests/s]; files of lengths only get Poisson arrivals.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>Poisson rate [sessions/s] of session starts, for logs whose clock starts anew in each session.</summary>
    public double? SessionRatePerSecond { get; init; }

    /// <summary>Root seed of everything drawn while reading (arrivals of length files, session starts, spreading).</summary>
    public ulong Seed { get; init; } = 1;
}
