using System.Text;

namespace ELLM.Sim.Cli.Tables;

/// <summary>How tables look where text goes.</summary>
internal enum TableForm
{
    /// <summary>Columns of blanks, as wide as their cells: what pipes and files get, the same bytes anywhere.</summary>
    Plain,

    /// <summary>Columns that fit a terminal; cells that do not are cut.</summary>
    Screen,

    /// <summary>GitHub's tables.</summary>
    Markdown,
}

/// <summary>Text that goes on unchanged, and says how tables among it are to look.</summary>
internal sealed class TableWriter(TextWriter inner, TableForm form, int columns = 0) : TextWriter
{
    public TableForm Form => form;

    /// <summary>Width of the terminal.</summary>
    public int Columns => columns;

    /// <summary>Words in colour: on a terminal, unless NO_COLOR asks for none (https://no-color.org).</summary>
    public bool HasColour { get; init; }

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value);

    public override void Write(string? value) => inner.Write(value);

    public override void Write(char[] buffer, int index, int count) => inner.Write(buffer, index, count);

    public override void Flush() => inner.Flush();
}
