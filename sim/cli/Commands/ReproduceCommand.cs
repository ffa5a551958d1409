using System.CommandLine;
using System.CommandLine.Completions;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments.Reproductions;
using ELLM.Sim.Files;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm reproduce</c>: numbers of publications beside ours.</summary>
internal static class ReproduceCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> names = new(
            "NAME|FILE")
        {
            Description = "Experiments of configs/reproductions, or files of your own; all without one.",
            Arity = ArgumentArity.ZeroOrMore
        };
        names.CompletionSources.Add(_ => Reproduction.Names.Select(name => new CompletionItem(name)));
        Option<string> format = CommonOptions.Format("Form of the table on stdout.", "table", "csv", "json");
        Option<string?> outFile =
            CommonOptions.Out("FILE", "Write the table to a file as well: CSV, or JSON for a name that ends in .json.");
        Option<bool> force = CommonOptions.Force("Replace an existing file.");
        Option<string?> docs = RunOptions.Text("--write-docs", "FILE", "Write docs/reproductions.md from this run.");
        Option<string?> jobs = CommonOptions.Jobs();
        Command command = new("reproduce", "Print numbers of publications beside ours; exit 1 when a verdict is worse than its experiment stands by.")
        {
            names, format, outFile, force, docs, jobs,
        };
        command.WithExamples(
            "ellm reproduce                                   # every published number, some seconds",
            "ellm reproduce ellm-batch-128k paged-attention --format csv");
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                terminal,
                parsed.GetValue(names) ?? [],
                parsed.GetValue(format)!,
                new Targets(parsed.GetValue(outFile), parsed.GetValue(docs), parsed.GetValue(force)),
                parsed.GetValue(jobs),
                cancel),
            CancellationToken.None));
        return command;
    }

    private static int Run(Terminal terminal, string[] names, string format, Targets targets, string? jobs, CancellationToken cancel)
    {
        int threads = Values.Count("--jobs", jobs) ?? Environment.ProcessorCount;
        Reproduction[] experiments = [.. (names.Length == 0 ? Reproduction.Names : names).Select(Reproduction.Of)];
        if (targets.Docs is not null && names.Length > 0)
            throw new InputException("--write-docs: the page holds every experiment: name none");
        if (targets.Out is string taken && File.Exists(taken) && !targets.Force)
            throw new InputException($"--out {taken}: exists already; --force replaces it");
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<ReproductionResult> results = ReproductionRunner.Run(experiments, threads, cancel);
        if (format == "table")
            Print(terminal, experiments, results);
        else
            terminal.Out.Write(Text(format, results));
        if (targets.Out is string file)
            FileReplacement.Write(file, Text(file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "json" : "csv", results));
        if (targets.Docs is string page)
            FileReplacement.Write(page, ReproductionsPage.Write(results));
        int worse = results.Count(result => result.IsWorse);
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(Verdict.Reproduced)} reproduced, {Count(Verdict.Possible)} possible, {Count(Verdict.Missed)} missed, {Count(null)} printed "
                + $"only; {worse} worse than stated; {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));
        return worse == 0 ? ExitCode.Done : ExitCode.ObjectiveMissed;

        int Count(Verdict? verdict) => results.Count(result => result.Verdict == verdict);
    }

    private static void Print(Terminal terminal, Reproduction[] experiments, IReadOnlyList<ReproductionResult> results)
    {
        TextTable table = new(["experiment", "what", "published", "sure", "ours", "accepted", ""], "what", "sure");
        foreach (ReproductionResult result in results)
        {
            PublishedRow row = result.Row;
            table.Add(
            [
                result.Experiment.Name, row.What, ReproductionText.Published(row), ReproductionText.Sure(row.Sure),
                ReproductionText.Ours(result), ReproductionText.Accept(row), ReproductionText.Judged(result),
            ]);
        }
        table.Write(terminal.Out);
        foreach (Reproduction experiment in experiments)
        {
            IEnumerable<ReproductionResult> noted =
                results.Where(result => result.Experiment == experiment && ReproductionText.Note(result).Length > 0);
            terminal.Out.Write($"\n{experiment.Name}: {experiment.Title} [{experiment.Source}]\n");
            foreach (ReproductionResult result in noted)
                terminal.Out.Write($"  {result.Row.What}: {ReproductionText.Note(result)}\n");
        }
    }

    private static string Text(string format, IReadOnlyList<ReproductionResult> results)
    {
        using MemoryStream stream = new();
        if (format == "json")
            ReproductionFiles.WriteJson(stream, results);
        else
            ReproductionFiles.WriteCsv(stream, results);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private sealed record Targets(string? Out, string? Docs, bool Force);
}
