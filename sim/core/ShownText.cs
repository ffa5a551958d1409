using System.Globalization;
using System.Text;

namespace ELLM.Sim;

/// <summary>Text from outside as it may be shown: no character that a terminal would act on, and no longer than a reader reads.</summary>
public static class ShownText
{
    /// <param name="text">From a file, an argument, an exception.</param>
    /// <param name="longest">Characters that are kept; more are cut off and an ellipsis says so.</param>
    /// <remarks>Control characters, line and paragraph separators and marks that turn the writing direction become <c>?</c>.</remarks>
    public static string Of(string text, int longest = int.MaxValue)
    {
        bool cut = text.Length > longest;
        ReadOnlySpan<char> kept = cut ? text.AsSpan(0, longest) : text;
        if (!cut && !kept.ContainsAny(Unprintable))
            return text;
        StringBuilder shown = new(kept.Length + 1);
        foreach (char c in kept)
            shown.Append(IsUnprintable(c) ? '?' : c);
        return cut ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>Whether the text has a character that <see cref="Of"/> replaces.</summary>
    public static bool IsPlain(string text) => !text.AsSpan().ContainsAny(Unprintable);

    private static readonly System.Buffers.SearchValues<char> Unprintable =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(IsUnprintable)]);

    private static bool IsUnprintable(char c) => char.IsControl(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
