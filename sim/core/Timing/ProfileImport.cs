using System.Globalization;
using System.Text;
using ELLM.Sim.Models;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Timing;

/// <summary>Turns measured tables of any known layout into this project's flat one: a folder that <c>table:DIR</c> reads.</summary>
/// <remarks>
/// What is measured is kept point by point after cleaning (medians of repeats, no glitches, microseconds); nothing is interpolated or
/// invented, so a missing group stays missing. Mixed and skewed batches have no place in the flat layout: use their folder as it is.
/// </remarks>
public static class ProfileImport
{
    /// <summary>The name of the flat table.</summary>
    public const string FileName = "operators.csv";

    /// <param name="folder">Measured tables.</param>
    /// <param name="model">Whose operators are wanted.</param>
    /// <param name="degrees">Tensor-parallel degrees to import.</param>
    /// <returns>The CSV text and one line a thing worth knowing.</returns>
    public static (string Csv, IReadOnlyList<string> Notes) Flatten(string folder, ModelSpec model, IReadOnlyList<int> degrees)
    {
        StringBuilder csv = new("operator,tp,x,y,time_us\n");
        List<string> notes = [];
        foreach (int degree in degrees)
        {
            OperatorTables tables = OperatorTablesReader.Read(folder, model.ForRank(degree));
            Write(csv, degree, tables);
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"tp {degree}: {string.Join(", ", tables.Present())} ({tables.Kind})"));
            notes.AddRange(tables.Notes);
            if (tables.Mixed is not null || tables.Skew is not null)
                notes.Add("mixed and skewed batches were left out: use the measured folder itself for them");
        }
        return (csv.ToString(), notes);
    }

    private static void Write(StringBuilder csv, int degree, OperatorTables tables)
    {
        (string Name, Curve? Curve)[] curves =
        [
            ("qkv_proj", tables.Qkv), ("o_proj", tables.Output), ("up_proj", tables.Up), ("down_proj", tables.Down),
            ("elementwise", tables.Elementwise),
            ("ends", tables.Ends), ("lm_head", tables.LmHead), ("sampler", tables.Sampler), ("all_reduce", tables.AllReduce),
            ("send_recv", tables.SendRecv),
        ];
        foreach ((string name, Curve? curve) in curves)
        {
            foreach (double x in curve?.Points ?? [])
                Row(csv, name, degree, x, 0, curve!.At(x));
        }
        Family(csv, "attn_decode", degree, tables.Decode);
        Family(csv, "attn_prefill", degree, tables.Prefill);
    }

    private static void Family(StringBuilder csv, string name, int degree, CurveFamily? family)
    {
        for (int i = 0; i < (family?.Keys.Count ?? 0); i++)
        {
            Curve curve = family!.CurveOf(i);
            foreach (double x in curve.Points)
                Row(csv, name, degree, family.Keys[i], x, curve.At(x));
        }
    }

    private static void Row(StringBuilder csv, string name, int degree, double x, double y, double us) =>
        csv.Append(CultureInfo.InvariantCulture, $"{name},{degree},{x},{y},{us:R}\n");
}
