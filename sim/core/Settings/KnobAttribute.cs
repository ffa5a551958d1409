namespace ELLM.Sim.Settings;

/// <summary>A setting of a run: what it means and what it may be, beside the property that holds it.</summary>
/// <remarks>
/// Its key is the property's name in snake case (<c>BlockTokens</c>: <c>block_tokens</c>), its default the property's own. An enum's
/// words are the names of its members in kebab case.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
public class KnobAttribute : Attribute
{
    private readonly string[] _words;

    /// <param name="meaning">One line with the unit, lower case, without a full stop.</param>
    /// <param name="words">The words that a text may be; none: any.</param>
    public KnobAttribute(string meaning, params string[] words)
    {
        Meaning = meaning;
        _words = words;
    }

    /// <param name="meaning">One line with the unit, lower case, without a full stop.</param>
    /// <param name="min">Least value.</param>
    /// <param name="max">Greatest value.</param>
    public KnobAttribute(string meaning, double min, double max = double.PositiveInfinity)
        : this(meaning)
    {
        Min = min;
        Max = max;
    }

    public string Meaning { get; }

    public double Min { get; } = double.NegativeInfinity;

    public double Max { get; } = double.PositiveInfinity;

    /// <summary>Overridden where the words come from a catalogue.</summary>
    public virtual IReadOnlyList<string> Words => _words;
}
