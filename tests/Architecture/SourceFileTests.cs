using System.Text.RegularExpressions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Architecture;

/// <summary>Small files, names that say something, and nothing of the machine they were written on.</summary>
internal sealed partial class SourceFileTests
{
    private const int LongestFile = 400;

    private static IEnumerable<string> Sources => SourceTree.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    [Test]
    public void No_source_file_is_long()
    {
        string[] longer = [.. Sources.Where(f => SourceTree.Text(f).Count(c => c == '\n') > LongestFile)];
        Assert.That(longer, Is.Empty, $"longer than {LongestFile} lines");
    }

    [Test]
    public void No_type_has_a_name_that_says_nothing()
    {
        List<string> found = [];
        foreach (string file in Sources)
        {
            if (SaysNothing().IsMatch(Path.GetFileNameWithoutExtension(file)))
                found.Add(file);
            found.AddRange(
                TypeName().Matches(SourceTree.Text(file)).Select(m => m.Groups[1].Value).Where(name => SaysNothing().IsMatch(name))
                    .Select(name => $"{file}: {name}"));
        }
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void No_file_names_a_place_on_a_machine()
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(SourceTree.Root)).Replace('\\', '/') + "/";
        string? above = Path.GetDirectoryName(root.TrimEnd('/'))?.Replace('\\', '/');
        List<string> found = [];
        foreach (string file in SourceTree.Files)
        {
            string text = SourceTree.Text(file);
            if (HomeFolder().IsMatch(text) || text.Contains(root, StringComparison.Ordinal)
                || (above is { Length: > 5 } && text.Contains(above + "/", StringComparison.Ordinal)))
                found.Add(file);
        }
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Nothing_is_left_to_do_later()
    {
        string[] found = [.. Sources.Where(f => Later().IsMatch(SourceTree.Text(f)))];
        Assert.That(found, Is.Empty);
    }

    [GeneratedRegex(@"(Utils?|Helpers?|Manager)$")]
    private static partial Regex SaysNothing();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?<![\w.])/(?:home|root|Users)/\w|[A-Za-z]:\\Users\\")]
    private static partial Regex HomeFolder();

    [GeneratedRegex(@"//.*\b(?:TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b")]
    private static partial Regex Later();
}
