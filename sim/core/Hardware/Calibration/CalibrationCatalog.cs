using System.Text.Encodings.Web;
using System.Text.Json;

namespace ELLM.Sim.Hardware.Calibration;

/// <summary>The calibration profiles the project ships (configs/calibration, one a GPU of the catalog), and users' own files.</summary>
public static class CalibrationCatalog
{
    private static readonly Catalog<CalibrationProfile> Shipped =
        new("calibration profile", "calibration", CalibrationJson.Default.CalibrationProfile, CalibrationChecks.FirstFault);

    private static readonly CalibrationJson Readable =
        new(new JsonSerializerOptions(CalibrationJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static CalibrationProfile Load(string nameOrPath) => Shipped.Load(nameOrPath);

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static CalibrationProfile Parse(string source, string json) => Shipped.Parse(source, json);

    /// <summary>The profile as a file's text: what <see cref="Parse"/> reads back to an equal profile.</summary>
    public static string ToJson(CalibrationProfile profile) =>
        JsonSerializer.Serialize(profile, Readable.CalibrationProfile) + "\n";
}
