using NUnit.Framework;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>The repository keeps its habits; each rule is shown a text that breaks it, so that one that no longer bites is seen.</summary>
internal sealed class HabitTests
{
    /// <summary>Long lines that were there before the rule: these numbers go down, never up.</summary>
    private static readonly Dictionary<string, int> LongLinesLeft = new()
    {
        ["sim/core"] = 152,
        ["sim/cli"] = 76,
        ["sim/compat-vidur"] = 10,
        ["plots"] = 16,
        ["kernels"] = 0,
        ["docs"] = 0,
        ["tests"] = 126,
    };

    private const int UnsortedLeft = 28, OtherNamesLeft = 103;

    /// <summary>Functions that were long before the rule.</summary>
    private static readonly string[] LongFunctionsLeft = [];

    /// <summary>Members without a caller that stay, each with its reason.</summary>
    private static readonly Dictionary<string, string> KeptWithoutCaller = new()
    {
        ["MemoryBudget.UnassignedBytes"] = "closes the sum that the documentation of the type states and its test checks",
        ["VmmKv.ActivationChunks"] = "what the tests see of the boundary between activations and KV",
        ["EnginePages.UsedOn"] = "the tests count the blocks of a page on their own",
        ["Distribution.FromSorted"] = "the definition that ExactQuantiles is held to",
        ["DeterministicMath.Cos"] = "the other half of Sin's reduction",
        ["SequenceTable.PreviousOf"] = "the test of the list walks it both ways",
        ["BundledFont.CreateTypeface"] = "ScottPlot calls it",
        ["VidurRequest.StartedDecode"] = "Vidur's definition of a token's gap, which its tests check",
        ["SloOrder.TtftFirst"] = "presets give it by its name",
        ["ZeroOutputPolicy.KeepAsOne"] = "the value that is meant when another is not given",
    };

    [Test]
    public void Lines_are_not_long()
    {
        foreach (IGrouping<string, string> area in SourceFile.All.SelectMany(LineLength.Violations).GroupBy(AreaOf))
            Assert.That(area.Count(), Is.AtMost(LongLinesLeft.GetValueOrDefault(area.Key)), $"lines over {LineLength.Longest} characters in {area.Key}:\n{string.Join('\n', area.Take(2000))}");
    }

    [Test]
    public void A_long_line_is_found()
    {
        string fits = new('x', LineLength.Longest);
        Assert.That(LineLength.Violations(SourceFile.Snippet($"{fits}\r\n{fits}y\n")), Is.EqualTo(new[] { "sim/core/Memory/Snippet.cs:2: 141 characters" }));
    }

    [Test]
    public void A_long_line_of_a_raw_string_is_what_it_stands_for()
    {
        string row = new('x', LineLength.Longest + 1);
        Assert.That(LineLength.Violations(SourceFile.Snippet($"string Row = \"\"\"\n{row}\n\"\"\";")), Is.Empty);
    }

    [Test]
    public void Functions_are_not_long() =>
        Nothing(SourceFile.All.SelectMany(FunctionLength.Violations).Where(v => !LongFunctionsLeft.Any(left => v.Contains(left, StringComparison.Ordinal))));

    [TestCase("class C {{ void Long()\n{{\n{0}}}\n}}", "Long")]
    [TestCase("class C {{ C()\n{{\n{0}}}\n}}", "C")]
    [TestCase("class C {{ int F = 1; void Outer() {{ void Inner()\n{{\n{0}}}\n}} }}", "Inner")]
    [TestCase("class C {{ int P {{ get\n{{\n{0}return 1;}} }} }}", "GetAccessorDeclaration")]
    public void A_long_function_is_found(string form, string name)
    {
        string Lines(int count) => string.Concat(Enumerable.Repeat("x();\n", count));
        string text = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Lines(FunctionLength.Longest));
        string fits = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Lines(FunctionLength.Longest - 4));
        Assert.That(FunctionLength.Violations(SourceFile.Snippet(text)), Has.Some.Contains($" {name} has "));
        Assert.That(FunctionLength.Violations(SourceFile.Snippet(fits)), Is.Empty);
    }

    [Test]
    public void Every_kind_of_file_is_expected() => Nothing(FileKinds.Violations(SourceTree.Files));

    [Test]
    public void A_strange_file_is_found() =>
        Assert.That(FileKinds.Violations([".partial", "a.partial", "sim/run", "core.dump", ".ci/run", "sim/A.cs"]), Is.EqualTo(new[] { ".partial", "a.partial", "sim/run", "core.dump" }));

    [Test]
    public void Every_member_has_a_caller() =>
        Nothing(DeadMembers.Violations(SourceFile.All).Where(v => !KeptWithoutCaller.Keys.Any(kept => v.EndsWith(": " + kept, StringComparison.Ordinal))));

    [Test]
    public void A_member_without_a_caller_is_found()
    {
        SourceFile product = SourceFile.Snippet("""
            /// <summary><see cref="Dead"/> is no call.</summary>
            public sealed record R(int Living, int DeadParameter)
            {
                public const int DeadConstant = 1;
                public int Dead() => Living;
                internal static int DeadProperty { get; set; }
                private int _own;
                public override string ToString() => nameof(Used);
                [JsonPropertyName("x")] public int Written { get; set; }
                public int Used => 1;
                public int OnlyTested => 1;
            }
            public enum E { DeadValue, Living }
            [JsonSerializable(typeof(Outer))] class Json;
            public record Outer(Inner Value);
            public record Inner(int OnlyInFiles);
            class CallsItself { internal static CallsItself Again(int n) => Again(n - 1); R Keep() => new Json(E.Living); Outer O; Inner I; }
            """);
        SourceFile test = SourceFile.Snippet("_ = r.OnlyTested;", "tests/RTests.cs");
        string[] dead = ["R.DeadParameter", "R.DeadConstant", "R.Dead", "R.DeadProperty", "R.OnlyTested", "E.DeadValue", "CallsItself.Again"];
        Assert.That(DeadMembers.Violations([product, test]), Is.EquivalentTo(dead.Select(d => $"sim/core/Memory/Snippet.cs: {d}")));
    }

    /// <summary>Files whose directives were unsorted before the rule: the number goes down, never up.</summary>
    [Test]
    public void Using_directives_are_sorted()
    {
        string[] found = [.. SourceFile.All.SelectMany(UsingOrder.Violations)];
        Assert.That(found, Has.Length.AtMost(UnsortedLeft), string.Join('\n', found));
    }

    [Test]
    public void Names_of_tests_are_sentences()
    {
        string[] found = [.. SourceFile.All.Where(f => f.Path.StartsWith("tests/", StringComparison.Ordinal)).SelectMany(TestNames.Violations)];
        Assert.That(found, Has.Length.AtMost(OtherNamesLeft), string.Join('\n', found));
    }

    [TestCase("[Test] public void Growth_PoolFull_Throws() { }", 1)]
    [TestCase("[TestCase(1)] public void GrowthThrows() { }", 1)]
    [TestCase("[Test] public void Growth_in_a_full_pool_throws() { }", 0)]
    [TestCase("public void NoTest() { }", 0)]
    public void A_name_that_is_no_sentence_is_found(string text, int found) =>
        Assert.That(TestNames.Violations(SourceFile.Snippet($"class C {{ {text} }}")).Count(), Is.EqualTo(found));

    [TestCase("using ELLM.Sim.Time;\nusing ELLM.Sim.Memory;")]
    [TestCase("using NUnit.Framework;\nusing System.Text;")]
    [TestCase("using X = System.Text;\nusing System;")]
    public void Unsorted_using_directives_are_found(string text) => Assert.That(UsingOrder.Violations(SourceFile.Snippet(text)).Count(), Is.EqualTo(1));

    [Test]
    public void Sorted_using_directives_pass() =>
        Assert.That(UsingOrder.Violations(SourceFile.Snippet("using System;\nusing System.Text;\nusing ELLM.Sim;\nusing NUnit.Framework;\nusing static System.Math;\nusing A = System.Int32;")), Is.Empty);

    [Test]
    public void A_rule_that_is_switched_off_has_a_reason()
    {
        IEnumerable<string> texts = SourceTree.Files.Where(f => f == ".editorconfig" || Path.GetExtension(f) is ".csproj" or ".props" or ".targets");
        Nothing(texts.Select(f => new SourceFile(f, SourceTree.Text(f))).Concat(SourceFile.All.Where(f => !f.Path.StartsWith("tests/Architecture/Habits/", StringComparison.Ordinal))).SelectMany(RuleReasons.Violations));
    }

    [TestCase("dotnet_diagnostic.CA1062.severity = none", 1)]
    [TestCase("# A reason.\ndotnet_diagnostic.CA1062.severity = none", 0)]
    [TestCase("# A reason.\ndotnet_diagnostic.CA1062.severity = none\ndotnet_diagnostic.CA1063.severity = silent", 1)]
    [TestCase("dotnet_diagnostic.CA1062.severity = warning", 0)]
    [TestCase("#pragma warning disable CA1000", 1)]
    [TestCase("#pragma warning disable CA1000 // A reason.", 0)]
    [TestCase("<NoWarn>CS1591</NoWarn>", 1)]
    [TestCase("<!-- A reason. -->\n<NoWarn>CS1591</NoWarn>", 0)]
    [TestCase("[SuppressMessage(\"a\", \"b\")]", 1)]
    [TestCase("[SuppressMessage(\"a\", \"b\", Justification = \"c\")]", 0)]
    public void A_missing_reason_is_found(string text, int found) => Assert.That(RuleReasons.Violations(SourceFile.Snippet(text)).Count(), Is.EqualTo(found));

    [Test]
    public void Comments_name_what_acts() => Nothing(SourceFile.Product.SelectMany(PlainWords.Violations));

    [TestCase("// Some" + "body waits.", 1)]
    [TestCase("/// <summary>Who" + "ever asks.</summary>", 1)]
    [TestCase("// A sequence waits.", 0)]
    public void A_comment_that_names_no_one_is_found(string text, int found) =>
        Assert.That(PlainWords.Violations(SourceFile.Snippet(text)).Count(), Is.EqualTo(found));

    [Test]
    public void Files_are_written_in_one_way() => Nothing(SourceFile.Product.SelectMany(FileWriting.Violations));

    [TestCase("File.WriteAllText(p, t);")]
    [TestCase("System.IO.File.Move(p, q);")]
    [TestCase("new FileStream(p, FileMode.Create);")]
    public void Another_way_to_write_a_file_is_found(string text) => Assert.That(FileWriting.Violations(SourceFile.Snippet(text)).Count(), Is.EqualTo(1));

    private static void Nothing(IEnumerable<string> violations)
    {
        string[] all = [.. violations];
        Assert.That(all, Is.Empty, string.Join('\n', all));
    }

    private static string AreaOf(string violation) => violation.Split('/') is ["sim", string project, ..] ? "sim/" + project : violation.Split('/')[0];
}
