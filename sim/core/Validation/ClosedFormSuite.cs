using System.Globalization;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Validation;

/// <summary>Identities: jumping over steps against taking them, the affine form against the sum of its operators.</summary>
public sealed class ClosedFormSuite : IValidationSuite
{
    private const double AffineBound = 1.5;

    /// <summary>From a small model on one GPU to a large one over four, on old and new devices.</summary>
    private static readonly (string Gpu, string Model, int Tp)[] Deployments =
    [
        ("a100-80", "llama-3.1-8b", 1), ("h100", "llama-3.1-8b", 1), ("h100", "llama-3.1-70b", 4), ("b200", "qwen3-32b", 2),
        ("rtx-pro-6000", "qwen3-32b", 1), ("l40s", "llama-2-7b", 1),
    ];

    public string Name => "closed-forms";

    public string Summary => "fast-forward against steps, affine decode against measured operators";

    public string Trust => """
        Jumping over decode steps is exact: sums of integers in closed form, equal to stepping to the last picosecond with every time
        model. That decode time is affine in the total context is an approximation of measured kernels; its error is several times
        smaller than that of the time model itself. It breaks below about 128 tokens of context, where one tile is always paid.
        """;

    public IEnumerable<ValidationRow> Run(ValidationContext context)
    {
        foreach ((string gpu, string model, int tp) in Deployments)
            yield return Jumps(gpu, model, tp);
        yield return Affine.FormulaRow(Deployments);
        foreach (ValidationRow row in Affine.MeasuredRows(context, AffineBound))
            yield return row;
    }

    private static ValidationRow Jumps(string gpu, string model, int tp)
    {
        AnalyticTimeModel time = AnalyticTimeModel.For(GpuCatalog.Load(gpu), ModelCatalog.Load(model), tp);
        (long steps, long differing) = JumpCheck.Count(time, 256);
        string what = string.Create(CultureInfo.InvariantCulture, $"{gpu} {model} TP{tp}: a jump against its steps");
        return new ValidationRow(what, 0, differing, "sums that differ", differing, 0, differing == 0,
            string.Create(CultureInfo.InvariantCulture, $"{steps} steps, picosecond integers"))
        {
            ErrorUnit = "sums",
        };
    }
}
