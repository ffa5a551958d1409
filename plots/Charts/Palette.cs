using System.Globalization;

namespace ELLM.Sim.Plots.Charts;

/// <summary>Colours that stay apart for readers who do not see red, green or blue; markers and dashes say the same without
/// colour.</summary>
/// <remarks>
/// Line colours follow Okabe and Ito (2008), the pale ones darkened to 3:1 against white; fills follow the muted scheme of P. Tol
/// (2021); the heat map interpolates viridis, whose lightness grows from end to end.
/// </remarks>
public static class Palette
{
    /// <summary>Most named series in one figure: more cannot be told apart.</summary>
    public const int MaxSeries = 16;

    /// <summary>Fill places with a fixed meaning in several figures.</summary>
    public const int Indigo = 0, Cyan = 1, Teal = 2, Green = 3, Sand = 4, Rose = 5, Wine = 6, Purple = 7, Olive = 8, Grey = 9, Pale =
        10, Slate = 11;

    /// <summary>On white, and on a dark page.</summary>
    public static IReadOnlyList<(string Light, string Dark)> Lines { get; } =
    [
        ("#0072B2", "#4DA6E0"), ("#D55E00", "#F08A3C"), ("#009E73", "#2FC79B"), ("#AA4499", "#D77CC8"),
        ("#B87F00", "#E6B340"), ("#3D9BD8", "#8CCBF2"), ("#882255", "#D9719F"), ("#777777", "#A8A8A8"),
    ];

    public static IReadOnlyList<(string Light, string Dark)> Fills { get; } =
    [
        ("#332288", "#6F63D6"), ("#88CCEE", "#88CCEE"), ("#44AA99", "#44AA99"), ("#117733", "#2FA35A"),
        ("#DDCC77", "#DDCC77"), ("#CC6677", "#D97A8A"), ("#882255", "#C2557F"), ("#AA4499", "#C76BB8"),
        ("#999933", "#B0B04A"), ("#BBBBBB", "#7C838B"), ("#E8E8E8", "#333A42"), ("#666666", "#99A1AA"),
    ];

    /// <summary>Stroke dashes, solid first.</summary>
    public static IReadOnlyList<string> Dashes { get; } = ["", "6 2", "2 2", "8 2 2 2", "4 3", "1 2", "10 3", "6 2 1 2 1 2"];

    public const int Markers = 8;

    /// <summary>
    /// Marker of a style: circle, square, triangle, diamond, cross, plus, inverted triangle, star. Styles that share a colour differ.
    /// </summary>
    public static int Marker(int style) => (style + (style / Markers)) % Markers;

    /// <summary>Whether black text is readable on a colour.</summary>
    public static bool Bright(string colour)
    {
        int rgb = int.Parse(colour.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return Bright(rgb >> 16, (rgb >> 8) & 0xFF, rgb & 0xFF);
    }

    private static readonly int[] Viridis =
        [0x440154, 0x482878, 0x3E4A89, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59, 0xB4DE2C, 0xFDE725];

    /// <summary>Colour of a share between 0 and 1, and whether black text is readable on it.</summary>
    public static (string Colour, bool Bright) Heat(double share)
    {
        double at = Math.Clamp(share, 0, 1) * (Viridis.Length - 1);
        int low = Math.Min((int)at, Viridis.Length - 2);
        int Mix(int shift)
        {
            int a = (Viridis[low] >> shift) & 0xFF;
            int b = (Viridis[low + 1] >> shift) & 0xFF;
            return (int)Math.Round(a + ((b - a) * (at - low)));
        }
        int red = Mix(16), green = Mix(8), blue = Mix(0);
        return ($"#{red:X2}{green:X2}{blue:X2}", Bright(red, green, blue));
    }

    private static bool Bright(int red, int green, int blue) => ((299 * red) + (587 * green) + (114 * blue)) / 1000 > 120;
}
