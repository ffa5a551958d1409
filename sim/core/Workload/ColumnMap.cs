namespace ELLM.Sim.Workload;

/// <summary>Which columns or keys of a table of the user's own hold what a request is.</summary>
/// <param name="Arrival">Column of the arrival time; null: lengths only, arrivals are drawn.</param>
/// <param name="Input">Column of the prompt's tokens.</param>
/// <param name="Output">Column of the emitted tokens.</param>
/// <param name="Model">Column of the model a request is for; null: none.</param>
public sealed record ColumnMap(string? Arrival, string Input, string Output, string? Model = null)
{
    /// <summary>The option as an example, for messages about layouts that are not known.</summary>
    public const string Example = "--columns arrival=time,input=prompt_tokens,output=completion_tokens";

    private const string Form = "arrival=COLUMN,input=COLUMN,output=COLUMN[,model=COLUMN]";

    /// <summary>Reads <c>arrival=time,input=prompt_tokens,output=completion_tokens</c>.</summary>
    /// <exception cref="InputException">A part without column, an unknown or repeated field, or no input or output.</exception>
    public static ColumnMap Parse(string text)
    {
        Dictionary<string, string> columns = new(StringComparer.Ordinal);
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
            bool known = sides[0] is "arrival" or "input" or "output" or "model";
            if (sides.Length != 2 || !known || sides[1].Length == 0 || !columns.TryAdd(sides[0], sides[1]))
                throw new InputException($"--columns {part}: expected {Form}, each once");
        }
        if (!columns.TryGetValue("input", out string? input) || !columns.TryGetValue("output", out string? output))
            throw new InputException($"--columns {text}: expected {Form}; input and output are needed");
        return new ColumnMap(columns.GetValueOrDefault("arrival"), input, output, columns.GetValueOrDefault("model"));
    }
}
