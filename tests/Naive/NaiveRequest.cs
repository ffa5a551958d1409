using ELLM.Sim.Serving;

namespace ELLM.Sim.Tests.Naive;

/// <summary>One request, with everything that is known of it.</summary>
internal sealed class NaiveRequest
{
    public required int Index { get; init; }

    public required long ArrivalPs { get; init; }

    public required int Prompt { get; init; }

    public required int Outputs { get; set; }

    public int Emitted { get; set; }

    public int Preemptions { get; set; }

    public long FirstScheduledPs { get; set; } = -1;

    public long FirstTokenPs { get; set; } = -1;

    public long EndPs { get; set; } = -1;

    public RequestStatus Status { get; set; }

    /// <summary>Tokens in the cache.</summary>
    public int Cached { get; set; }

    /// <summary>Tokens to compute before it decodes: the prompt, and what it had emitted when it lost its cache.</summary>
    public int Target { get; set; }

    /// <summary>Tokens that the next iteration computes of it; 0: none, or a decode step.</summary>
    public int Chunk { get; set; }

    public List<NaiveBlock> Blocks { get; } = [];

    public bool Decodes => Cached >= Target;

    public int Left => Target - Cached;

    /// <summary>The prompt and all tokens but the last, which is never written.</summary>
    public int Planned => Prompt + Outputs - 1;

    public override string ToString() =>
        $"#{Index} at {ArrivalPs}: {Prompt}+{Outputs} {Status}, first scheduled {FirstScheduledPs}, first token {FirstTokenPs}, "
        + $"end {EndPs}, {Emitted} emitted, {Preemptions} preemptions";
}

/// <summary>A block of the cache; a request that has it is its owner.</summary>
internal sealed class NaiveBlock;
