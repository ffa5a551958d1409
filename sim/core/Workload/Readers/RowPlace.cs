namespace ELLM.Sim.Workload.Readers;

/// <summary>Where a row stands, for messages. Lines count from 1, the header included.</summary>
internal readonly record struct RowPlace(string Path, long Line)
{
    public InputException Error(string expected, string found) => InputException.At(Path, Line, expected, found);

    public InputException Error(string expected, string found, Exception cause) => new(Error(expected, found).Message, cause);
}
