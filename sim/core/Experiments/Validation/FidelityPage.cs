namespace ELLM.Sim.Experiments.Validation;

/// <summary>docs/fidelity.md.</summary>
public static class FidelityPage
{
    public static string Write(IReadOnlyList<ValidationRow> rows) => "";
}
