namespace ELLM.Sim.Plots.Pictures;

public enum PictureFormat
{
    Png,
    WebP,
}

/// <summary>How a picture is wanted.</summary>
/// <param name="Format">Both lossless.</param>
/// <param name="Dark">For a dark page or slide.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels; a figure with more rows of panels than fit is taller.</param>
public sealed record PictureOptions(
    PictureFormat Format = PictureFormat.Png,
    bool Dark = false,
    int Width = PictureOptions.DefaultWidth,
    int Height = PictureOptions.DefaultHeight)
{
    public const int DefaultWidth = 1200, DefaultHeight = 700;

    /// <summary>Pixels of a side at least and at most.</summary>
    public const int Smallest = 300, Largest = 8000;

    /// <summary>Of the file, with the dot.</summary>
    public string Extension => Format == PictureFormat.WebP ? ".webp" : ".png";
}
