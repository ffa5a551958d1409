using ScottPlot;
using SkiaSharp;

namespace ELLM.Sim.Plots.Pictures;

/// <summary>The typeface of every word in a picture: DejaVu Sans, from this library and never from the machine.</summary>
/// <remarks>A machine without fonts would draw no words at all, and one with others would draw other pixels.</remarks>
internal sealed class BundledFont : IFontResolver
{
    /// <summary>No font of a machine has this name.</summary>
    public const string Family = "DejaVu Sans of ELLM.Sim";

    public const string RegularFile = "DejaVuSans.ttf", BoldFile = "DejaVuSans-Bold.ttf";

    private static readonly BundledFont Only = new();
    private readonly SKTypeface _regular = Load(RegularFile);
    private readonly SKTypeface _bold = Load(BoldFile);

    private BundledFont()
    {
        Fonts.FontResolvers.Clear();
        Fonts.FontResolvers.Add(this);
        Fonts.Default = Fonts.Sans = Fonts.Serif = Fonts.Monospace = Family;
    }

    /// <summary>Makes it the only font that ScottPlot finds, once a process.</summary>
    /// <returns>The font, to be asked for its faces.</returns>
    public static BundledFont Install() => Only;

    /// <summary>Whatever is asked for.</summary>
    public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        weight >= FontWeight.SemiBold ? _bold : _regular;

    /// <inheritdoc cref="CreateTypeface(string, FontWeight, FontSlant, FontSpacing)"/>
    public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => bold ? _bold : _regular;

    /// <summary>The bytes of a font file as it is in the library.</summary>
    public static Stream Open(string file) => typeof(BundledFont).Assembly.GetManifestResourceStream(file)
        ?? throw new InvalidOperationException($"{file} is not in the library");

    private static SKTypeface Load(string file)
    {
        using Stream stream = Open(file);
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"{file} is no font that Skia reads");
    }
}
