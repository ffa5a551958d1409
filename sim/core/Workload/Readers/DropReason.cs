namespace ELLM.Sim.Workload.Readers;

/// <summary>Why a row is left out.</summary>
internal enum DropReason
{
    NoTokens,
    NoOutput,
    NoInput,
    CountMissing,
    BeyondClock,
    Untimed,
}

internal static class DropReasons
{
    public const int Count = (int)DropReason.Untimed + 1;

    public static string Describe(DropReason reason) => reason switch
    {
        DropReason.NoTokens => "no input tokens and no output tokens",
        DropReason.NoOutput => "no output tokens (a failed request)",
        DropReason.NoInput => "no input tokens",
        DropReason.CountMissing => "token count missing (-1)",
        DropReason.BeyondClock => "more than 106 days after the first row, beyond the simulator's clock",
        DropReason.Untimed => "neither a time nor an earlier request of its session",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
