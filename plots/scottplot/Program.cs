using ELLM.Sim;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.ScottPlotRendering;
using ELLM.Sim.Plots.Svg;

// ellm-scottplot DIR [png|svg|webp]: the figures of a run directory through ScottPlot, into DIR/figures-scottplot.
if (args.Length is 0 or > 2 || (args.Length == 2 && args[1] is not ("png" or "svg" or "webp")))
{
    Console.Error.WriteLine("usage: ellm-scottplot DIR [png|svg|webp]");
    return 2;
}
try
{
    string folder = Path.Combine(args[0], "figures-scottplot"), format = args.Length == 2 ? args[1] : "png";
    (IReadOnlyList<Figure> figures, _) = RunFigures.Of(RunLoader.Load(args[0]));
    Directory.CreateDirectory(folder);
    foreach (Figure figure in figures)
    {
        foreach (string file in ScottPlotRenderer.Save(figure, Path.Combine(folder, SvgRenderer.Id(figure.Name)), format))
            Console.WriteLine(file);
    }
    return 0;
}
catch (InputException e)
{
    Console.Error.WriteLine($"ellm-scottplot: {e.Message}");
    return 2;
}
