using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>Words that a box or a cell carries.</summary>
/// <param name="X">Of the left end beside a box, of the middle inside.</param>
/// <param name="Y">Of the base line.</param>
/// <param name="Inside">On the fill, not on the paper.</param>
/// <param name="Area">What other words keep clear of.</param>
internal readonly record struct MarkText(string Text, double X, double Y, bool Inside, Rect Area)
{
    public const double Size = 9;
    private const double Drop = 3.2;

    /// <summary>Null: there is no room.</summary>
    public static MarkText? Of(Boxes boxes, Box box, PanelFrame frame)
    {
        double x0 = frame.PixelX(box.X0), x1 = frame.PixelX(box.X1), y0 = frame.PixelY(box.Y0), y1 = frame.PixelY(box.Y1);
        double width = Math.Abs(x1 - x0), height = Math.Abs(y1 - y0), right = Math.Max(x0, x1), middle = (y0 + y1) / 2;
        double beside = TextWidths.Of(box.Text, Size) + 4;
        if (boxes.TextBeside && height >= 8 && right + beside <= frame.Plot.Right)
            return new MarkText(box.Text, right + 3, middle + Drop, Inside: false, new Rect(right + 3, middle - 5, beside, 10));
        return box.Text.Length > 0 && height >= 9 && beside <= width ? Within(box.Text, (x0 + x1) / 2, middle + Drop) : null;
    }

    /// <summary>Of a cell of a heat map. Null: there is no room.</summary>
    public static MarkText? OfCell(string text, Rect cell) => cell.Height >= 12 && TextWidths.Of(text, Size) + 4 <= cell.Width
        ? Within(text, cell.X + (cell.Width / 2), cell.Y + (cell.Height / 2) + Drop)
        : null;

    private static MarkText Within(string text, double x, double y)
    {
        double width = TextWidths.Of(text, Size);
        return new MarkText(text, x, y, Inside: true, new Rect(x - (width / 2), y - 8.2, width, 10));
    }
}
