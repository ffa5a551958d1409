using System.CommandLine;

namespace ELLM.Sim.Cli.Options;

/// <summary>Options of one meaning in many commands. No result depends on them.</summary>
internal static class CommonOptions
{
    /// <param name="what">What runs beside each other: runs, points.</param>
    public static Option<string?> Jobs(string what = "Runs") =>
        RunOptions.Text("--jobs", "N", what + " at a time (default: one a core). Results do not depend on it.").KeepingResults()
            .In(HelpGroups.Running);

    public static Option<bool> Quiet() => Flag("--quiet", "Say nothing but errors.", "-q").In(HelpGroups.Results);

    public static Option<bool> Verbose(string description) => Flag("--verbose", description, "-v").In(HelpGroups.Results);

    public static Option<bool> Force(string description) => Flag("--force", description).In(HelpGroups.Results);

    public static Option<bool> NoReport() => Flag("--no-report", "Draw no report and no figures.").In(HelpGroups.Results);

    public static Option<string?> Out(string help, string description) =>
        RunOptions.Text("--out", help, description).KeepingResults().Also("-o", "--output").In(HelpGroups.Results);

    /// <param name="words">The first is the default.</param>
    public static Option<string> Format(string description, params string[] words)
    {
        Option<string> format = new("--format") { Description = description, HelpName = "FORM", DefaultValueFactory = _ => words[0] };
        format.Description += $" One of {string.Join(", ", words)}.";
        format.AcceptOnlyFromAmong(words);
        return format.KeepingResults().In(HelpGroups.Results);
    }

    private static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new Option<bool>(name, aliases) { Description = description }.KeepingResults();
}
