using System.Text.Json.Serialization;

namespace ELLM.Sim.Hardware.Calibration;

/// <summary>How a number of a calibration profile came to be, most trustworthy first.</summary>
public enum ProvenanceKind
{
    /// <summary>Timed on the device the profile names, by the tool and run the profile names.</summary>
    [JsonStringEnumMemberName("measured")]
    Measured,

    /// <summary>Published for this device by others.</summary>
    [JsonStringEnumMemberName("published")]
    Published,

    /// <summary>Derived from the vendor's data sheet.</summary>
    [JsonStringEnumMemberName("datasheet")]
    Datasheet,

    /// <summary>Taken over from another device, or a guess; the note says which.</summary>
    [JsonStringEnumMemberName("assumed")]
    Assumed,
}

/// <summary>Where a number comes from.</summary>
/// <param name="Kind">How it came to be.</param>
/// <param name="Ref">The citation, or the run's raw file.</param>
/// <param name="Note">What a reader should know before trusting it.</param>
public sealed record Provenance(ProvenanceKind Kind, string Ref, string? Note = null);

/// <summary>Words for kinds of provenance.</summary>
public static class ProvenanceWords
{
    /// <summary>As it stands in profiles: <c>measured</c>.</summary>
    public static string Word(this ProvenanceKind kind) => kind switch
    {
        ProvenanceKind.Measured => "measured",
        ProvenanceKind.Published => "published",
        ProvenanceKind.Datasheet => "datasheet",
        _ => "assumed",
    };
}
