using ELLM.Sim.Hardware;

namespace ELLM.Sim.Timing;

/// <summary>Published least-squares fits of whole iterations (configs/timing/linear). Milliseconds.</summary>
/// <param name="Name">Catalog key.</param>
/// <param name="Source">The publication.</param>
/// <param name="Model">Model it was fitted on; the fit knows no other.</param>
/// <param name="Tp">Tensor-parallel degree it was fitted on.</param>
/// <param name="Prefill"><c>fixed + per_token sum(len) + per_token_squared sum(len^2)</c>.</param>
/// <param name="Decode">Regimes by batch, smallest first; the last has no limit.</param>
public sealed record LinearFit(string Name, string Source, string Model, int Tp, LinearPrefill Prefill, IReadOnlyList<LinearDecode> Decode)
{
    private const double LongestMs = 1e6;

    internal CatalogFault? Check()
    {
        if (Decode.Count == 0 || Decode[^1].UpToSequences is not null)
            return new CatalogFault("decode", "a last regime without up_to_sequences", $"{Decode.Count} bounded regimes");
        for (int i = 1; i < Decode.Count; i++)
        {
            if (!(Decode[i - 1].UpToSequences < (Decode[i].UpToSequences ?? int.MaxValue)))
                return new CatalogFault("up_to_sequences", "regimes in ascending order", $"{Decode[i - 1].UpToSequences}");
        }
        double[] all = [Prefill.FixedMs, Prefill.PerTokenMs, Prefill.PerTokenSquaredMs, .. Decode.SelectMany(one => new[] { one.FixedMs, one.PerContextTokenMs, one.PerSequenceMs })];
        return all.All(value => value is >= 0 and <= LongestMs) && Prefill.FixedMs + Prefill.PerTokenMs > 0
            ? null
            : new CatalogFault("prefill", $"times from 0 to {LongestMs} milliseconds, not all 0", "another time");
    }
}

/// <summary>Prefill part of a <see cref="LinearFit"/>.</summary>
public sealed record LinearPrefill(double FixedMs, double PerTokenMs, double PerTokenSquaredMs);

/// <summary>Decode part of a <see cref="LinearFit"/>: <c>fixed + per_context_token S + per_sequence b</c>.</summary>
public sealed record LinearDecode(double FixedMs, double PerContextTokenMs, double PerSequenceMs, int? UpToSequences = null);
