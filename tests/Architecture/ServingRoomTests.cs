using System.Text.RegularExpressions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Architecture;

/// <summary>The engine is parts: none of them is large, one changes a request, and policies know only their contract.</summary>
internal sealed partial class ServingRoomTests
{
    private const string Serving = "sim/core/Serving/";
    private const int LongestType = 250;

    /// <summary>All that a policy names of Serving.</summary>
    private static readonly string[] Contract =
    [
        "IScheduler", "ILatencyScheduler", "SchedulerView", "Decision", "DecisionKind", "Blocked", "IterationOutcome", "DecodeStart",
        "EngineLimits",
    ];

    private static IEnumerable<string> Files => Sources(Serving);

    [Test]
    public void No_type_of_the_engine_has_over_250_lines_in_all_its_files_together() =>
        Assert.That(LongerThan(LongestType, Files.SelectMany(f => TypesOf(SourceTree.Text(f)))), Is.Empty);

    [Test]
    public void The_loop_of_the_engine_is_one_file() =>
        Assert.That(Files.Where(f => PartialType().IsMatch(SourceTree.Text(f))), Is.Empty, "parts are types, not files");

    [Test]
    public void Only_the_life_cycle_changes_a_phase()
    {
        string[] files = [.. Files.Where(f => PhaseChange().IsMatch(SourceTree.Text(f)))];
        Assert.That(files, Is.EqualTo(new[] { Serving + "RequestLifecycle.cs" }));
    }

    [Test]
    public void Only_the_life_cycle_and_its_clocks_change_a_ledger()
    {
        string[] files = [.. Files.Where(f => LedgerChange().IsMatch(SourceTree.Text(f)))];
        Assert.That(files, Is.EqualTo(new[] { Serving + "LatencyClocks.cs", Serving + "RequestLifecycle.cs" }));
    }

    [Test]
    public void Policies_name_only_the_contract_of_schedulers()
    {
        string[] others = [.. Files.SelectMany(f => TypesOf(SourceTree.Text(f))).Select(t => t.Name).Distinct().Except(Contract)];
        Assert.That(others, Does.Contain("Replica").And.Contain("RunningSequences"), "types of Serving are found");
        List<string> found = [];
        foreach (string file in Sources("sim/core/Policies/"))
        {
            string code = Comment().Replace(SourceTree.Text(file), "");
            found.AddRange(others.Where(name => Regex.IsMatch(code, $@"(?<![.\w]){name}\b(?!\s*[:=])")).Select(name => $"{file}: {name}"));
        }
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Lines_of_a_type_are_added_up_over_its_files()
    {
        string half = "internal sealed partial class Half\n{\n" + string.Concat(Enumerable.Repeat("    int x;\n", 130)) + "}\n";
        string whole = "/// <summary>Short.</summary>\npublic readonly record struct Whole(int A);\n";
        Assert.That(LongerThan(LongestType, [.. TypesOf(half + whole), .. TypesOf(half)]), Is.EqualTo(new[] { "Half: 266" }));
    }

    private static IEnumerable<string> Sources(string folder) =>
        SourceTree.Files.Where(f => f.StartsWith(folder, StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    private static string[] LongerThan(int most, IEnumerable<(string Name, int Lines)> types) =>
    [
        .. types.GroupBy(t => t.Name)
            .Select(g => (g.Key, Lines: g.Sum(t => t.Lines)))
            .Where(t => t.Lines > most)
            .Select(t => $"{t.Key}: {t.Lines}"),
    ];

    /// <summary>The outermost types of a file, with the lines from the end of the one before.</summary>
    private static List<(string Name, int Lines)> TypesOf(string text)
    {
        List<(string Name, int Lines)> types = [];
        int lines = 0;
        string? name = null;
        foreach (string line in text.Split('\n')[..^1])
        {
            lines++;
            if (Declaration().Match(line) is { Success: true } match)
                name = match.Groups[1].Value;
            bool ends = name is not null && (line == "}" || (line.EndsWith(';') && !line.StartsWith(' ')));
            if (!ends)
                continue;
            types.Add((name!, lines));
            (name, lines) = (null, 0);
        }
        return types;
    }

    [GeneratedRegex(@"^(?:public|internal) [\w ]*?(?:class|struct|record struct|record|interface|enum) (\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\bpartial (?:class|struct|record|interface)\b")]
    private static partial Regex PartialType();

    [GeneratedRegex(@"\.Phase\s*=[^=>]")]
    private static partial Regex PhaseChange();

    [GeneratedRegex(@"\b[Ll]edger\.\w+\s*[-+]?=[^=>]")]
    private static partial Regex LedgerChange();

    [GeneratedRegex(@"//.*|""(?:[^""\\]|\\.)*""")]
    private static partial Regex Comment();
}
