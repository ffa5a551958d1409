using System.CommandLine;
using System.Globalization;
using System.Text;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Compat.Vidur.Cases;
using ELLM.Sim.Files;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;
using ELLM.Sim.Validation;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm validate</c>: how far the simulator is from what was measured.</summary>
internal static class ValidateCommand
{
    /// <summary>In the order they are printed.</summary>
    public static IReadOnlyList<IValidationSuite> Suites { get; } = [new ReferenceSuite(), .. ValidationRunner.LibrarySuites];

    public static Command Create(Terminal terminal)
    {
        Option<string?> suite = RunOptions.Text("--suite", "NAME", "One suite instead of all.", () => [.. Suites.Select(s => s.Name)]);
        Option<string?> caseFolder = RunOptions.Text("--case", "DIR", "One case of the reference simulator.");
        Option<string?> tables = RunOptions.Text("--tables", "DIR", "Operator tables of the case or the run.");
        Option<string?> run = RunOptions.Text("--run", "FILE|DIR", "A run against a real server: a client's result, or a recorded run.");
        Option<string?> data =
            RunOptions.Text("--data", "DIR", "Measured data (a folder with profiles in it); default: ../shared beside the repository.");
        Option<string?> csv =
            RunOptions.Text("--csv", "FILE", "Write the table as CSV, and a chart of each suite beside it (FILE-suite.svg).");
        Option<string?> docs =
            RunOptions.Text("--write-docs", "FILE", "Write docs/fidelity.md from this run, its charts in figures beside it.");
        Option<string> format = CommonOptions.Format("Form of the table on stdout.", "table", "csv");
        Command command = new("validate",
            "Compare with measurements, real serving runs and published numbers; exit 1 when a bound is missed.")
        {
            suite, caseFolder, tables, run, data, csv, docs, format,
        };
        OwnRunOptions own = new();
        own.AddTo(command);
        command.WithExamples(
            "ellm validate --suite closed-forms",
            "ellm validate --data ../shared --csv fidelity.csv",
            "ellm validate --run result.json --model llama-3.1-8b --gpu h100 --log server.log");
        command.SetAction(parsed => parsed.GetValue(run) is string path && OwnRunOptions.IsOwn(path)
            ? own.Run(terminal, parsed, path, parsed.GetValue(format)!)
            : Run(terminal, new Request(
            parsed.GetValue(suite), parsed.GetValue(caseFolder), parsed.GetValue(tables), parsed.GetValue(run),
            parsed.GetValue(data), parsed.GetValue(csv), parsed.GetValue(docs), parsed.GetValue(format)!)));
        return command;
    }

    private static int Run(Terminal terminal, Request request)
    {
        if (request.Data is not null && !ValidationContext.IsData(request.Data))
            throw new InputException(
                $"--data {request.Data}: expected a folder with profiles, vidur, aiconfigurator, llmservingsim or e2e-serving in it");
        string? data = request.Data ?? ValidationContext.Discover(Directory.GetCurrentDirectory());
        ValidationContext context = new(data, request.Case, request.Tables, request.Run);
        IReadOnlyList<ValidationRow> rows = ValidationRunner.Run(Suites, request.Suite, context);
        if (request.Format == "csv")
            terminal.Out.Write(Text(stream => ValidationCsv.Write(stream, rows)));
        else
            Table(rows).Write(terminal.Out);
        if (request.Csv is string file)
        {
            FileReplacement.Write(file, stream => ValidationCsv.Write(stream, rows));
            Charts(rows, Path.ChangeExtension(file, null) + "-");
        }
        if (request.Docs is string page)
        {
            string folder = Path.Combine(Path.GetDirectoryName(page) ?? "", "figures");
            HashSet<string> charted = [.. Charts(rows, Path.Combine(folder, "fidelity-"))];
            FileReplacement.Write(page,
                FidelityPage.Write(Suites, rows, suite => charted.Contains(suite) ? $"figures/fidelity-{suite}.svg" : null));
        }
        int missed = rows.Count(row => row.Pass == false);
        terminal.Say(
            string.Create(CultureInfo.InvariantCulture,
                $"{rows.Count(row => row.Pass == true)} within their bounds, {missed} not, {rows.Count(row => row.Pass is null)} without "
                    + $"a bound or skipped"));
        return ValidationRunner.Passed(rows) ? ExitCode.Done : ExitCode.ObjectiveMissed;
    }

    /// <summary>A chart of each suite that has bounds, at a path that ends with its name. Returns those suites.</summary>
    private static List<string> Charts(IReadOnlyList<ValidationRow> rows, string path)
    {
        List<string> charted = [];
        foreach (IGrouping<string, ValidationRow> suite in rows.Where(row => row is { Error: not null, Bound: not null })
            .GroupBy(row => row.Suite))
        {
            CheckedError[] errors = [.. suite.Select(row => new CheckedError(row.What, row.Error!.Value, row.Bound!.Value, Words(row)))];
            FileReplacement.Write($"{path}{suite.Key}.svg", SvgRenderer.Render(ValidationErrors.Of(suite.Key, errors)));
            charted.Add(suite.Key);
        }
        return charted;
    }

    private static string Words(ValidationRow row)
    {
        string values = row is { Reference: not null, Ours: not null }
            ? $"{ValidationText.Value(row.Reference)} and {ValidationText.Value(row.Ours)} {row.Unit}, "
            : "";
        return $"{values}{ValidationText.Error(row)} of {ValidationText.Bound(row)}";
    }

    private static TextTable Table(IReadOnlyList<ValidationRow> rows)
    {
        TextTable table = new(["what", "reference", "ours", "unit", "error", "bound", "pass", "note"], "unit", "note");
        foreach (ValidationRow row in rows)
        {
            table.Add(
            [
                row.What, ValidationText.Value(row.Reference), ValidationText.Value(row.Ours), row.Unit,
                ValidationText.Error(row), ValidationText.Bound(row), ValidationText.Verdict(row), row.Note,
            ]);
        }
        return table;
    }

    private static string Text(Action<Stream> write)
    {
        using MemoryStream stream = new();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private sealed record Request(
        string? Suite, string? Case, string? Tables, string? Run, string? Data, string? Csv, string? Docs, string Format);
}
