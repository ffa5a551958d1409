using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Cli;

namespace ELLM.Sim.Tests.Docs;

/// <summary>A block of commands in a document, and what the document says the last of them prints.</summary>
/// <param name="Line">Of its first command, from 0.</param>
/// <param name="Output">The lines of the <c>text</c> block that follows; a last line of <c>...</c> stands for the rest. Null for
/// none.</param>
/// <param name="OutputLine">First line of that block, from 0.</param>
internal sealed record DocExample(string File, int Line, IReadOnlyList<string> Commands, IReadOnlyList<string>? Output, int OutputLine)
{
    private const string Prefix = "dotnet run --project sim/cli -c Release -- ";

    public override string ToString() => $"{File}:{Line + 1}";

    public static IEnumerable<DocExample> Of(string file)
    {
        string[] lines = SourceTree.Text(file).Split('\n');
        for (int at = 0; at < lines.Length; at++)
        {
            if (lines[at] != "```sh")
                continue;
            int end = Array.IndexOf(lines, "```", at + 1);
            int next = end + 1;
            while (next < lines.Length && lines[next].Length == 0)
                next++;
            bool printed = next < lines.Length && lines[next] == "```text";
            string[]? output = printed ? lines[(next + 1)..Array.IndexOf(lines, "```", next + 1)] : null;
            yield return new DocExample(file, at + 1, lines[(at + 1)..end], output, next + 1);
            at = end;
        }
    }

    /// <summary>Runs the commands that start this program; false when the last of the block is none or measures time.</summary>
    /// <param name="folder">Where <c>my-*</c> files and <c>runs/*</c> directories of the document go.</param>
    /// <param name="results">Exit code, data and talk of each command that ran.</param>
    public bool Run(ScratchFolder folder, List<(string Command, int Code, string Out, string Error)> results)
    {
        bool lastRan = false;
        foreach (string command in Commands)
        {
            string[]? args = Arguments(command, folder);
            lastRan = args is not null;
            if (args is null)
                continue;
            (int code, string output, string error) = Ellm.Run(args);
            results.Add((command, code, output.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal), error));
        }
        return lastRan;
    }

    /// <summary>Null for a line that does not start this program, needs a file from elsewhere, or measures time.</summary>
    private static string[]? Arguments(string command, ScratchFolder folder)
    {
        string line = command.Split(" #")[0].TrimEnd();
        line = line.StartsWith(Prefix, StringComparison.Ordinal) ? "ellm " + line[Prefix.Length..] : line;
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["ellm", _, ..] || words[1] == "bench" || words.Any(w => w.StartsWith("../", StringComparison.Ordinal)))
            return null;
        return [.. words[1..].Select(word => Place(word, folder))];
    }

    private static string Place(string word, ScratchFolder folder)
    {
        if (word.StartsWith("my-", StringComparison.Ordinal) || word.StartsWith("runs/", StringComparison.Ordinal))
            return folder.In(word);
        string inTree = Path.Combine(SourceTree.Root, word);
        return word.Contains('/') && System.IO.File.Exists(inTree) ? inTree : word;
    }
}
