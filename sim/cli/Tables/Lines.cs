namespace ELLM.Sim.Cli.Tables;

/// <summary>Sentences among tables: on a terminal broken between words, further lines indented; elsewhere as they are.</summary>
internal static class Lines
{
    private const string Indent = "  ";

    /// <param name="text">Whole lines.</param>
    public static void Write(TextWriter target, string text)
    {
        bool broken = target is TableWriter { Form: TableForm.Screen };
        int columns = broken ? Math.Max(((TableWriter)target).Columns, ScreenTable.Narrowest) : int.MaxValue;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string rest = line;
            while (rest.Length > columns && rest.LastIndexOf(' ', columns) is var at && at > Indent.Length)
            {
                target.Write(rest[..at] + "\n");
                rest = Indent + rest[(at + 1)..];
            }
            target.Write(rest + "\n");
        }
    }
}
