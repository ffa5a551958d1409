using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Report;

/// <summary>Style rules that give the pictures the page's colours, light or dark.</summary>
internal static class Theme
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private const string DarkPage =
        "--paper:#1b1f24;--page:#13161a;--ink:#e6e8ea;--soft:#a3aab2;--rule:#363d45;--grid:#31373e;--accent:#6cb2f5;";

    public static string Rules()
    {
        string light = Colours(p => p.Light), dark = DarkPage + "color-scheme:dark;" + Colours(p => p.Dark);
        StringBuilder css = new();
        css.Append(Culture, $":root{{{light}}}\n:root[data-theme=light]{{color-scheme:light}}\n")
            .Append(Culture, $"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n")
            .Append(Culture, $"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n");
        for (int i = 0; i < Palette.Lines.Count; i++)
            css.Append(Culture, $".l{i}{{stroke:var(--l{i})}}.b{i}{{fill:var(--l{i})}}\n");
        for (int i = 0; i < Palette.Fills.Count; i++)
            css.Append(Culture, $".f{i}{{fill:var(--f{i})}}.on{i}{{fill:var(--on{i})}}\n");
        return css.ToString();
    }

    private static string Colours(Func<(string Light, string Dark), string> pick)
    {
        StringBuilder css = new();
        for (int i = 0; i < Palette.Lines.Count; i++)
            css.Append(Culture, $"--l{i}:{pick(Palette.Lines[i])};");
        for (int i = 0; i < Palette.Fills.Count; i++)
            css.Append(Culture,
                $"--f{i}:{pick(Palette.Fills[i])};--on{i}:{(Palette.Bright(pick(Palette.Fills[i])) ? "#111111" : "#FFFFFF")};");
        return css.ToString();
    }
}
