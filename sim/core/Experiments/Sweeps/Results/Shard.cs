using System.Globalization;
using System.Text.RegularExpressions;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>Every <paramref name="Count"/>-th point from <paramref name="Index"/> on: neighbours, often equally expensive, go to
/// different shards.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">All shards; an argument, never derived from a queue: resubmitting three of them must not divide the sweep
/// anew.</param>
public sealed partial record Shard(int Index, int Count)
{
    public const int MaxCount = 99_999;

    public static Shard Whole { get; } = new(0, 1);

    public IEnumerable<SweepPoint> Of(IEnumerable<SweepPoint> points) => points.Where(p => Has(p.Index));

    public bool Has(int point) => point % Count == Index;

    /// <summary>Base name of its journal.</summary>
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"shard-{Index:00000}-of-{Count:00000}");

    /// <summary>The shard of a journal's base name; null when it is none.</summary>
    public static Shard? OfFileName(string name)
    {
        Match match = Name().Match(name);
        return match.Success ? new Shard(Number(match.Groups[1].Value), Number(match.Groups[2].Value)) : null;
    }

    /// <summary>Which part a process runs.</summary>
    /// <param name="shard"><c>I/N</c> from the command line, I from 0.</param>
    /// <param name="shards">N from the command line; the index then comes from the queue.</param>
    /// <param name="queueIndices">Variables a queue may have set: name and value.</param>
    /// <exception cref="InputException">Not a shard, no index, or two of them.</exception>
    public static Shard Choose(string? shard, int? shards, IReadOnlyList<(string Variable, string? Value)> queueIndices)
    {
        if (shard is not null)
        {
            Match match = Pair().Match(shard);
            return match.Success && shards is null
                ? Checked($"--shard {shard}", Number(match.Groups[1].Value), Number(match.Groups[2].Value))
                : throw new InputException(
                    shards is null
                        ? $"--shard: expected I/N such as 0/8, found '{shard}'"
                        : $"--shard {shard} and --shards {shards}: expected one of them");
        }
        if (shards is not int count)
            return Whole;
        (string Variable, string? Value)[] set = [.. queueIndices.Where(q => !string.IsNullOrEmpty(q.Value))];
        if (set.Length == 0)
            throw new InputException(
                $"--shards {count}: expected an index in {string.Join(" or ", queueIndices.Select(q => q.Variable))}, found neither; "
                    + $"--shard I/{count} states it");
        if (set.Length > 1)
            throw new InputException(
                $"--shards {count}: expected one index, found {string.Join(" and ", set.Select(q => $"{q.Variable}={q.Value}"))}; "
                    + $"--shard I/{count} states it");
        return int.TryParse(set[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? Checked($"{set[0].Variable}={set[0].Value} with --shards {count}", index, count)
            : throw new InputException($"{set[0].Variable}: expected an index from 0, found '{set[0].Value}'");
    }

    /// <summary>Indices as job arrays write them: <c>3,17,20-22</c>.</summary>
    public static string ArrayText(IEnumerable<int> indices)
    {
        List<(int From, int To)> runs = [];
        foreach (int index in indices.Order())
        {
            if (runs.Count > 0 && runs[^1].To == index - 1)
                runs[^1] = (runs[^1].From, index);
            else
                runs.Add((index, index));
        }
        return string.Join(',',
            runs.Select(r => r.From == r.To ? FormattableString.Invariant($"{r.From}") : FormattableString.Invariant($"{r.From}-{r.To}")));
    }

    private static Shard Checked(string what, int index, int count) => count is < 1 or > MaxCount
        ? throw new InputException($"{what}: expected 1 to {MaxCount} shards, found {count}")
        : index < count
            ? new Shard(index, count)
            : throw new InputException($"{what}: expected an index from 0 to {count - 1}, found {index}");

    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : int.MaxValue;

    [GeneratedRegex(@"^(\d+)/(\d+)$")]
    private static partial Regex Pair();

    [GeneratedRegex(@"^shard-(\d{5})-of-(\d{5})$")]
    private static partial Regex Name();
}
