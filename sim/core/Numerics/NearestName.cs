namespace ELLM.Sim.Numerics;

/// <summary>Finds the valid name a mistyped one was probably meant to be.</summary>
/// <remarks>
/// Distance: the fewest insertions, deletions, substitutions and swaps of neighbours that turn one name into the other, case
/// ignored (Levenshtein 1966 with Damerau's swap, restricted form). Ties go to the name listed first.
/// </remarks>
public static class NearestName
{
    /// <summary>One that begins alike, else the nearest; null when none is near enough to be a plausible typing error.</summary>
    public static string? Of(string given, IEnumerable<string> names)
    {
        IReadOnlyCollection<string> all = names as IReadOnlyCollection<string> ?? [.. names];
        if (Begun(given, all) is string begun)
            return begun;
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string name in all)
        {
            int distance = Distance(given, name);
            if (distance < bestDistance)
            {
                best = name;
                bestDistance = distance;
            }
        }
        return best is not null && bestDistance <= Math.Max(2, best.Length / 2) ? best : null;
    }

    /// <summary>The shortest name that begins with what was given, else the longest that it begins with; case ignored.</summary>
    private static string? Begun(string given, IReadOnlyCollection<string> names)
    {
        if (given.Length < 2)
            return null;
        string? longer = names.Where(n => n.StartsWith(given, StringComparison.OrdinalIgnoreCase)).MinBy(n => n.Length);
        return longer ?? names.Where(n => n.Length > 2 && given.StartsWith(n, StringComparison.OrdinalIgnoreCase)).MaxBy(n => n.Length);
    }

    /// <summary><c>unknown model 'x' (did you mean 'y'?); known: a, b, c</c></summary>
    public static string Message(string kind, string given, IReadOnlyCollection<string> names)
    {
        string? near = Of(given, names);
        string hint = near is null ? "" : $" (did you mean '{near}'?)";
        return $"unknown {kind} '{given}'{hint}; known: {string.Join(", ", names)}";
    }

    internal static int Distance(string a, string b)
    {
        int[] twoBack = new int[b.Length + 1];
        int[] previous = new int[b.Length + 1];
        int[] current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                int cost = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    cost = Math.Min(cost, twoBack[j - 2] + 1);
                current[j] = cost;
            }
            (twoBack, previous, current) = (previous, current, twoBack);
        }
        return previous[b.Length];
    }

    private static bool Same(char x, char y) => char.ToUpperInvariant(x) == char.ToUpperInvariant(y);
}
