namespace ELLM.Sim.Plots.Layout;

/// <summary>How wide a text is in a sans-serif face, on the safe side: no text that fits here overlaps in a reader's font.</summary>
/// <remarks>
/// Advance widths in hundredths of the font size for the printable ASCII characters, those of a wide face (DejaVu Sans); Helvetica,
/// Arial and Liberation Sans are narrower. Anything else counts as a full em when it may be one.
/// </remarks>
internal static class TextWidths
{
    private const double BoldFactor = 1.12;
    private const string Ellipsis = "…";

    private static readonly byte[] Ascii =
    [
        32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 56,
        100, 68, 69, 72, 77, 67, 61, 78, 75, 29, 50, 67, 56, 86, 75, 79, 67, 79, 72, 67, 61, 73, 68, 99, 69, 67, 69, 39, 34, 39, 84, 56,
        50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
    ];

    /// <summary>Width at a font size.</summary>
    public static double Of(string text, double size, bool bold = false)
    {
        double sum = 0;
        foreach (char c in text)
            sum += c is >= ' ' and <= '~' ? Ascii[c - ' '] : c is 'µ' or '±' or '·' or (>= '\u0370' and < '\u0530') ? 70 : 100;
        return sum * size / 100 * (bold ? BoldFactor : 1);
    }

    /// <summary>The text, or as much of its beginning as fits followed by an ellipsis.</summary>
    public static string Fit(string text, double size, double room, bool bold = false)
    {
        if (Of(text, size, bold) <= room)
            return text;
        int length = text.Length;
        while (length > 0 && Of(text[..length] + Ellipsis, size, bold) > room)
            length--;
        if (length > 0 && char.IsHighSurrogate(text[length - 1]))
            length--;
        return length == 0 ? "" : text[..length].TrimEnd() + Ellipsis;
    }

    /// <summary>Lines broken at blanks; a word longer than a line is cut.</summary>
    public static IReadOnlyList<string> Wrap(string text, double size, double room, bool bold = false)
    {
        List<string> lines = [];
        string line = "";
        foreach (string word in text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            string longer = line.Length == 0 ? word : line + " " + word;
            if (line.Length > 0 && Of(longer, size, bold) > room)
            {
                lines.Add(Fit(line, size, room, bold));
                longer = word;
            }
            line = longer;
        }
        if (line.Length > 0)
            lines.Add(Fit(line, size, room, bold));
        return lines;
    }
}
