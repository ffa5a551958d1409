using System.Text.Json;
using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Validation;

/// <summary>Closed loops of one engine, model and device (configs/validation): which rows of the data, under which settings.</summary>
/// <param name="Name">Catalog key.</param>
/// <param name="Summary">One line.</param>
/// <param name="Source">Whose measurements.</param>
/// <param name="File">Table below the data's profiles folder.</param>
/// <param name="Where">Column values that select rows.</param>
/// <param name="Settings">Settings of the run, by path.</param>
/// <param name="SeqsIsConcurrency">max_num_seqs was the number of users.</param>
/// <param name="ShortestShare">Lengths are uniform from this share of nominal …</param>
/// <param name="LongestShare">… to this one.</param>
/// <param name="RequestsPerUser">Requests of a run, for each user.</param>
/// <param name="TpotBound">Bound on the TPOT MAPE over the rows, per cent; null: printed only.</param>
/// <param name="TtftBound">Bound on the TTFT MAPE.</param>
/// <param name="ExpertTables">Folder of measured expert tables below the data's profiles folder; null: the formula.</param>
/// <param name="Stated">What the data does not record and is stated here, with the reason.</param>
public sealed record ClosedLoopCase(
    string Name,
    string Summary,
    string Source,
    string File,
    IReadOnlyDictionary<string, string> Where,
    IReadOnlyDictionary<string, string> Settings,
    bool SeqsIsConcurrency,
    double ShortestShare,
    double LongestShare,
    int RequestsPerUser,
    double? TpotBound,
    double? TtftBound,
    IReadOnlyList<string> Stated,
    string? ExpertTables = null)
{
    private static readonly Catalog<ClosedLoopCase> Shipped = new("closed-loop case", "validation", ValidationJson.Default.ClosedLoopCase,
        one => one.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static ClosedLoopCase Load(string nameOrPath) => Shipped.Load(nameOrPath);

    private CatalogFault? Check()
    {
        if (!(ShortestShare > 0 && ShortestShare <= LongestShare && LongestShare <= 2))
            return new CatalogFault("shortest_share", "0 < shortest_share <= longest_share <= 2",
                FormattableString.Invariant($"{ShortestShare} and {LongestShare}"));
        return RequestsPerUser > 0 ? null : new CatalogFault("requests_per_user", "a positive number", $"{RequestsPerUser}");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(ClosedLoopCase))]
internal sealed partial class ValidationJson : JsonSerializerContext;
