
namespace ELLM.Sim.Workload.Generators;

/// <summary>Everything that a generated trace is drawn from, but its count and its seed.</summary>
/// <param name="Name">Of the trace; for presets also of the file.</param>
/// <param name="Arrivals">When requests arrive.</param>
/// <param name="Input">Prompt lengths [tokens].</param>
/// <param name="Output">Output lengths [tokens].</param>
public sealed record GeneratorSpec(string Name, ArrivalSpec Arrivals, LengthSpec Input, LengthSpec Output)
{
    /// <summary>What it imitates, and what it leaves out.</summary>
    public string Description { get; init; } = "";

    /// <summary>The data that the parameters were fitted to.</summary>
    public string Source { get; init; } = "";

    /// <summary>Licence of that data.</summary>
    public string Licence { get; init; } = "";

    /// <summary>Whom that licence asks to name.</summary>
    public string Credit { get; init; } = "";

    /// <summary>Spearman's rank correlation of input and output length, made with a Gaussian copula; 0 for independent.</summary>
    public double InputOutputSpearman { get; init; }

    /// <summary>Longest input + output [tokens]: longer requests swap outputs with others, or are cut. Null for no limit.</summary>
    public int? MaxTotalTokens { get; init; }

    /// <summary>Shares of the models that requests are for, named <c>model-0</c>, <c>model-1</c>, …; null for a trace of one
    /// model.</summary>
    public double[]? ModelShares { get; init; }

    /// <summary>What prompts begin with; null: they share nothing.</summary>
    public PromptSpec? Prompts { get; init; }

    /// <exception cref="InputException">A value is out of its range.</exception>
    public void Check()
    {
        Arrivals.Check($"{Name}: arrivals");
        Input.Check($"{Name}: input");
        Output.Check($"{Name}: output");
        CheckPrompts();
        if (!(InputOutputSpearman is > -1 and < 1))
            throw new InputException(FormattableString.Invariant(
                $"{Name}: input_output_spearman: expected a number in (-1, 1), found {InputOutputSpearman}"));
        if (MaxTotalTokens < 2)
            throw new InputException($"{Name}: max_total_tokens: expected at least 2, found {MaxTotalTokens}");
        if (ModelShares is not null && (ModelShares.Length == 0 || ModelShares.Any(share => !(share >= 0)) || !(ModelShares.Sum() > 0)))
            throw new InputException($"{Name}: model_shares: expected shares that are not negative, one above 0");
    }

    private void CheckPrompts()
    {
        if (Prompts is null)
            return;
        Prompts.Check($"{Name}: prompts");
        if (InputOutputSpearman != 0 || MaxTotalTokens is not null)
            throw new InputException($"{Name}: prompts draw their own lengths: no input_output_spearman and no max_total_tokens");
        if (Arrivals is ClosedLoopSpec || (Prompts.StartsSessions && Arrivals is SessionArrivals))
            throw new InputException($"{Name}: prompts: expected arrivals of their own times, found a closed loop or sessions");
    }
}
