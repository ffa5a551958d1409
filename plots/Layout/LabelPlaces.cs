using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>Words of a reference line or of an annotation, and the area they take.</summary>
internal readonly record struct PlacedLabel(string Text, Rect Area);

/// <summary>Finds places for words in a panel where no other words are, over as little of the curves as can be.</summary>
internal sealed class LabelPlaces(PanelFrame frame)
{
    private const double RowHeight = PanelFrame.TextRow;
    private const int AnnotationRows = 12;
    private readonly List<Rect> _taken = [];
    private IReadOnlyList<CurvePixels.Segment>? _pixels;

    /// <summary>Words that a mark carries stand here.</summary>
    public void Take(Rect area) => _taken.Add(area);

    /// <summary>Null: there is no room.</summary>
    public PlacedLabel? Of(Reference reference)
    {
        Rect p = frame.Plot;
        if (reference.Vertical)
            return Place(reference.Label, [(frame.PixelX(reference.Value), p.Y + 14)], (int)(p.Height / RowHeight));
        double at = frame.PixelY(reference.Value);
        return Place(
            reference.Label,
            [(p.Right - 4, at), (p.X, at), (p.X + (p.Width * 0.5), at), (p.X + (p.Width * 0.75), at), (p.X + (p.Width * 0.25), at)],
            2);
    }

    /// <summary>Null: there is no room.</summary>
    public PlacedLabel? Of(Annotation note) => Place(note.Text, [(frame.PixelX(note.X), frame.PixelY(note.Y))], AnnotationRows);

    /// <summary>Near one of some points; cut to the panel's width.</summary>
    /// <param name="rows">How many lines of text above and below the points are tried.</param>
    private PlacedLabel? Place(string words, ReadOnlySpan<(double X, double Y)> anchors, int rows)
    {
        Rect p = frame.Plot;
        string text = TextWidths.Fit(words, FigureLayout.TickSize, p.Width - 8);
        double width = TextWidths.Of(text, FigureLayout.TickSize);
        (Rect Box, int Hidden)? best = null;
        for (int row = 0; row < rows && best is not { Hidden: 0 }; row++)
        {
            foreach ((double x, double y) in anchors)
            {
                foreach ((int side, int up) in (ReadOnlySpan<(int, int)>)[(1, -1), (1, 1), (-1, -1), (-1, 1)])
                {
                    double left = Math.Clamp(side > 0 ? x + 4 : x - 4 - width, p.X + 2, Math.Max(p.X + 2, p.Right - 2 - width));
                    Rect box = new(left, y + (up < 0 ? -13 - (row * RowHeight) : 2 + (row * RowHeight)), width, RowHeight);
                    if (box.Y < p.Y || box.Bottom > p.Bottom || _taken.Any(t => t.Meets(box)))
                        continue;
                    int hidden = CurvePixels.Crossing(Pixels, new Rect(box.X - 4, box.Y - 3, box.Width + 8, box.Height + 6));
                    if (best is null || hidden < best.Value.Hidden)
                        best = (box, hidden);
                }
            }
        }
        if (best is not { } place)
            return null;
        _taken.Add(place.Box);
        return new PlacedLabel(text, place.Box);
    }

    private IReadOnlyList<CurvePixels.Segment> Pixels => _pixels ??= CurvePixels.Of(frame);
}
