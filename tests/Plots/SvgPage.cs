using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ELLM.Sim.Plots.Layout;

namespace ELLM.Sim.Tests.Plots;

/// <summary>A rendered figure, read back: its texts with their boxes, its coordinates.</summary>
internal sealed partial class SvgPage
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public SvgPage(string svg)
    {
        Root = XDocument.Parse(svg).Root!;
        double[] box = [.. Root.Attribute("viewBox")!.Value.Split(' ').Select(v => double.Parse(v, Culture))];
        (Width, Height) = (box[2], box[3]);
        Texts = [.. Root.Descendants().Where(e => e.Name.LocalName == "text").Select(Box)];
    }

    public XElement Root { get; }

    public double Width { get; }

    public double Height { get; }

    public IReadOnlyList<TextBox> Texts { get; }

    /// <summary>Pairs of texts that cover each other.</summary>
    public IEnumerable<(TextBox, TextBox)> Overlaps()
    {
        for (int i = 0; i < Texts.Count; i++)
        {
            for (int j = i + 1; j < Texts.Count; j++)
            {
                if (Texts[i].Covers(Texts[j]))
                    yield return (Texts[i], Texts[j]);
            }
        }
    }

    public IEnumerable<string> OutsideTheFrame()
    {
        foreach (TextBox text in Texts.Where(t => t.Left < 0 || t.Top < 0 || t.Right > Width || t.Bottom > Height))
            yield return $"text {text}";
        foreach (XElement rect in Root.Descendants().Where(e => e.Name.LocalName == "rect"))
        {
            double x = Number(rect, "x"), y = Number(rect, "y");
            if (x < 0 || y < 0 || x + Number(rect, "width") > Width + 0.1 || y + Number(rect, "height") > Height + 0.1)
                yield return rect.ToString();
        }
        foreach (XElement path in Root.Descendants().Where(e => e.Name.LocalName == "path"))
        {
            foreach (Match move in Absolute().Matches(path.Attribute("d")!.Value))
            {
                double[] numbers = [.. Numbers().Matches(move.Groups[2].Value).Select(m => double.Parse(m.Value, Culture))];
                bool inside = move.Groups[1].Value switch
                {
                    "H" => numbers[0] >= 0 && numbers[0] <= Width,
                    "V" => numbers[0] >= 0 && numbers[0] <= Height,
                    _ => numbers[0] >= -4 && numbers[0] <= Width && numbers[1] >= -4 && numbers[1] <= Height,
                };
                if (!inside)
                    yield return $"path {move.Value}";
            }
        }
    }

    private static TextBox Box(XElement text)
    {
        double size = text.Attribute("font-size") is { } s
            ? double.Parse(s.Value, Culture)
            : 10, x = Number(text, "x"), y = Number(text, "y");
        double width = TextWidths.Of(text.Value, size, text.Attribute("font-weight") is not null);
        double left = text.Attribute("text-anchor")?.Value switch { "middle" => x - (width / 2), "end" => x - width, _ => x };
        double up = size * 0.75, down = size * 0.2;
        return text.Attribute("transform") is null
            ? new TextBox(text.Value, left, y - up, left + width, y + down)
            : new TextBox(text.Value, x - up, y - (width / 2), x + down, y + (width / 2));
    }

    private static double Number(XElement element, string name) => element.Attribute(name) is { } a ? double.Parse(a.Value, Culture) : 0;

    [GeneratedRegex("([MLHV])([-0-9. ]+)")]
    private static partial Regex Absolute();

    [GeneratedRegex("-?[0-9.]+")]
    private static partial Regex Numbers();
}

internal sealed record TextBox(string Text, double Left, double Top, double Right, double Bottom)
{
    public bool Covers(TextBox other) =>
        Left < other.Right - 0.01 && other.Left < Right - 0.01 && Top < other.Bottom - 0.01 && other.Top < Bottom - 0.01;
}
