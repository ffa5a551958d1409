using System.Globalization;
using System.Xml;

namespace ELLM.Sim.Experiments.Regression;

/// <summary>A check as JUnit XML: a test case a point, which CI services show as such.</summary>
public static class JUnitReport
{
    public static void Write(Stream target, string experiment, IReadOnlyList<PointCheck> checks)
    {
        XmlWriterSettings settings = new() { Indent = true, NewLineChars = "\n", Encoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };
        using XmlWriter xml = XmlWriter.Create(target, settings);
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", experiment);
        xml.WriteAttributeString("tests", checks.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", checks.Count(c => c.Fails).ToString(CultureInfo.InvariantCulture));
        foreach (PointCheck check in checks)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", experiment);
            xml.WriteAttributeString("name", WithoutFolders(check.Point));
            if (check.Fails)
            {
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("message", MessageOf(check));
                xml.WriteString(string.Concat(check.Moves.Where(m => m.Fails).Select(m => $"{m.Metric}: {m.Before ?? "undefined"} -> {m.Now ?? "undefined"} ({m.Verdict})\n")));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    /// <summary>Where a file lies is another folder on every machine: a test keeps its name and history.</summary>
    private static string WithoutFolders(string point) => string.Join(' ', point.Split(' ').Select(word =>
    {
        int value = word.IndexOf('=', StringComparison.Ordinal) + 1;
        return Path.IsPathRooted(word[value..]) ? word[..value] + Path.GetFileName(word[value..]) : word;
    }));

    /// <summary>One line: what is wrong with the point, and why.</summary>
    public static string MessageOf(PointCheck check)
    {
        if (check.Fault is not null)
            return check.Fault;
        Move[] failed = [.. check.Moves.Where(m => m.Fails)];
        string few = string.Join(", ", failed.Take(3).Select(m => $"{m.Metric} {m.Before ?? "undefined"} -> {m.Now ?? "undefined"}"));
        return $"{failed.Length} metrics moved: {few}{(failed.Length > 3 ? ", ..." : "")}; {check.Why}";
    }
}
