using System.Diagnostics.CodeAnalysis;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>Sets of knobs that differ from their defaults, one of a type; equal when each of them is.</summary>
internal sealed class KnobSets : IEquatable<KnobSets>
{
    private readonly KnobSet[] _sets;

    private KnobSets(KnobSet[] sets) => _sets = sets;

    public static KnobSets Empty { get; } = new([]);

    /// <summary>The set of that type, or one that extends it (stream's knobs extend swap's).</summary>
    public T? Find<T>()
        where T : KnobSet => (T?)Find(typeof(T)) ?? _sets.OfType<T>().FirstOrDefault();

    public KnobSet? Find(Type type) => Array.Find(_sets, set => set.GetType() == type);

    public KnobSets With(ReadOnlySpan<KnobSet> sets)
    {
        List<KnobSet> all = [.. _sets];
        foreach (KnobSet set in sets)
        {
            all.RemoveAll(other => other.GetType() == set.GetType());
            if (!set.Equals(Default(set.GetType())))
                all.Add(set);
        }
        return new KnobSets([.. all.OrderBy(set => set.GetType().FullName, StringComparer.Ordinal)]);
    }

    public bool Equals(KnobSets? other) => other is not null && _sets.AsSpan().SequenceEqual(other._sets);

    public override bool Equals(object? obj) => Equals(obj as KnobSets);

    public override int GetHashCode()
    {
        int hash = _sets.Length;
        foreach (KnobSet set in _sets)
            hash = unchecked((hash * 31) + set.GetHashCode());
        return hash;
    }

    private static object? Default([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type type) =>
        type == KnobSet.None.GetType() ? KnobSet.None : Activator.CreateInstance(type);
}
