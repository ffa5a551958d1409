using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Svg;

/// <summary>The data behind a picture, for those who cannot see it: a sentence a series, and every number as CSV rows.</summary>
internal static class DataTable
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>What is drawn, in words; the first series of each panel and how many there are.</summary>
    public static string Describe(Figure figure)
    {
        StringBuilder text = new(figure.Title);
        text.Append('.');
        foreach (Panel panel in figure.Panels.Take(Palette.MaxSeries))
        {
            text.Append(Culture, $" {(panel.Title.Length > 0 ? panel.Title : "Panel")}: {panel.Y.Label} against {panel.X.Label}.");
            foreach (Mark mark in panel.Marks.Take(Palette.MaxSeries))
                text.Append(' ').Append(mark.Name).Append(": ").Append(Extent(mark)).Append('.');
        }
        return text.ToString();
    }

    /// <summary>Blocks of CSV: a <c>panel</c> row, then for each series a <c>series</c> row and one row a column of numbers.</summary>
    /// <remarks>Of a layer of a stack y is its thickness; one number where it never changes.</remarks>
    public static string Of(Figure figure)
    {
        StringBuilder csv = new();
        for (int i = 0; i < figure.Panels.Count; i++)
        {
            Panel panel = figure.Panels[i];
            csv.Append(Culture, $"\npanel,{i},{Quoted(panel.Title)},{Quoted(panel.X.Label)},{Quoted(panel.Y.Label)}\n");
            double[] x = [];
            foreach (Mark mark in panel.Marks)
                Rows(csv, mark, ref x);
        }
        return csv.ToString();
    }

    private static void Rows(StringBuilder csv, Mark mark, ref double[] lastX)
    {
        string kind = mark switch
        {
            Curve => "curve",
            Band { Solid: true } => "layer",
            Band => "band",
            ErrorBars => "error",
            Boxes => "boxes",
            _ => "cells"
        };
        csv.Append(Culture, $"series,{kind},{Quoted(mark.Name)}\n");
        switch (mark)
        {
            case Curve curve:
                X(csv, curve.X, ref lastX);
                Row(csv, "y", curve.Y);
                break;
            case Band { Solid: true } layer:
                X(csv, layer.X, ref lastX);
                double[] thickness = [.. layer.High.Zip(layer.Low, (high, low) => high - low)];
                Row(csv, "y", thickness.Length > 0 && !thickness.AsSpan().ContainsAnyExcept(thickness[0]) ? thickness[..1] : thickness);
                break;
            case Band band:
                X(csv, band.X, ref lastX);
                Row(csv, "low", band.Low);
                Row(csv, "high", band.High);
                break;
            case ErrorBars bars:
                X(csv, bars.X, ref lastX);
                Row(csv, "low", bars.Low);
                Row(csv, "high", bars.High);
                break;
            case Boxes boxes:
                foreach (Box box in boxes.Items)
                    csv.Append(Culture, $"box,{Quoted(box.Tip)}\n");
                break;
            case Cells cells:
                foreach (double[] row in cells.Values)
                    Row(csv, "row", row);
                break;
        }
    }

    /// <summary>An x that is that of the series before is not written again.</summary>
    private static void X(StringBuilder csv, double[] x, ref double[] last)
    {
        if (x.Length > 0 && x.AsSpan().SequenceEqual(last))
            csv.Append("x,same\n");
        else
            Row(csv, "x", x);
        last = x;
    }

    private static void Row(StringBuilder csv, string name, double[] values)
    {
        csv.Append(name);
        foreach (double value in values)
            csv.Append(Culture, $",{value:G6}");
        csv.Append('\n');
    }

    private static string Quoted(string text) => "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal).ReplaceLineEndings(" ") + "\"";

    private static string Extent(Mark mark) => mark switch
    {
        Curve c => string.Create(Culture, $"{c.X.Length:#,0} points, {Span(c.Y)}"),
        Band b => string.Create(Culture, $"{b.X.Length:#,0} points, up to {Span(b.High)}"),
        Boxes b when b.Items.Count <= 24 => string.Join("; ", b.Items.Select(i => i.Tip)),
        Boxes b => string.Create(Culture, $"{b.Items.Count:#,0} bars"),
        ErrorBars e => string.Create(Culture, $"{e.X.Length:#,0} error bars"),
        Cells c => string.Create(Culture, $"{c.Values.Length} rows"),
        _ => "",
    };

    private static string Span(double[] values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        return finite.Length == 0 ? "no value" : $"from {Ticks.Short(finite.Min())} to {Ticks.Short(finite.Max())}";
    }
}
