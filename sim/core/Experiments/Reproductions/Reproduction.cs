using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>An experiment of a publication, with the numbers it printed (configs/reproductions).</summary>
/// <param name="Name">Catalog key.</param>
/// <param name="Title">What the publication claims, one line.</param>
/// <param name="Source">Publication, with the table or section where that is known.</param>
/// <param name="Load">Requests of every arm, unless a condition states its own.</param>
/// <param name="Settings">Settings of every arm, by path.</param>
/// <param name="Arms">Policies that take part.</param>
/// <param name="Rows">The published numbers.</param>
/// <param name="Stated">What the publication leaves open and is stated here.</param>
/// <param name="Conditions">Values of what is left open: every arm runs under each. The first is the one that the source argues for, the
/// others are the band around it. Null: one run an arm.</param>
public sealed record Reproduction(
    string Name,
    string Title,
    string Source,
    LoadSpec Load,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<ArmSpec> Arms,
    IReadOnlyList<PublishedRow> Rows,
    IReadOnlyList<string> Stated,
    IReadOnlyList<ConditionSpec>? Conditions = null)
{
    private static readonly Catalog<Reproduction> Shipped =
        new("reproduction", "reproductions", ReproductionJson.Default.Reproduction, one => one.Check());

    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>In the order of the table.</summary>
    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static Reproduction Of(string nameOrPath) => Shipped.Load(nameOrPath);

    private CatalogFault? Check()
    {
        string[] arms = [.. Arms.Select(arm => arm.Name)];
        if (arms.Length == 0 || arms.Distinct(StringComparer.Ordinal).Count() != arms.Length)
            return new CatalogFault("arms", "at least one, each with its own name", string.Join(", ", arms));
        foreach (PublishedRow row in Rows)
        {
            if (!arms.Contains(row.Arm, StringComparer.Ordinal))
                return new CatalogFault("arm", "one of " + string.Join(", ", arms), row.Arm);
            if (row.Over is not null && !arms.Contains(row.Over, StringComparer.Ordinal))
                return new CatalogFault("over", "one of " + string.Join(", ", arms), row.Over);
            if (!Measures.Names.Contains(row.Measure))
                return new CatalogFault("measure", "a numeric column of summary.csv or one of " + string.Join(", ", Measures.Own),
                    row.Measure);
            if (row.Accept is { } accept && (accept.Count != 2 || !(accept[0] <= accept[1])))
                return new CatalogFault("accept", "two numbers, the smaller first", string.Join(", ", accept));
        }
        return null;
    }
}

/// <summary>The requests of a run: a trace by name, or requests that are all alike.</summary>
/// <param name="Requests">How many.</param>
/// <param name="Trace">A workload preset or shipped trace; null: constant lengths.</param>
/// <param name="InputTokens">Constant prompts, without a trace.</param>
/// <param name="OutputTokens">Constant outputs, without a trace.</param>
/// <param name="RatePerS">Poisson arrivals, or a trace stretched to this rate; null: a trace as it is, constant requests all at
/// once.</param>
/// <param name="InputSpread">Prompts are uniform within this share of <paramref name="InputTokens"/>.</param>
/// <param name="OutputSpread">Outputs are uniform within this share of <paramref name="OutputTokens"/>.</param>
public sealed record LoadSpec(
    int Requests,
    string? Trace = null,
    int? InputTokens = null,
    int? OutputTokens = null,
    double? RatePerS = null,
    double InputSpread = 0,
    double OutputSpread = 0);

/// <summary>One policy of an experiment.</summary>
/// <param name="Name">Of the arm, for rows.</param>
/// <param name="Policy">Preset.</param>
/// <param name="Settings">Settings of this arm alone, by path.</param>
public sealed record ArmSpec(string Name, string Policy, IReadOnlyDictionary<string, string>? Settings = null);

/// <summary>A value of something that the publication does not say.</summary>
/// <param name="Name">For notes: <c>0.25 requests/s</c>.</param>
/// <param name="Load">Requests under this condition; null: those of the experiment.</param>
/// <param name="Settings">Settings under this condition, by path.</param>
public sealed record ConditionSpec(string Name, LoadSpec? Load = null, IReadOnlyDictionary<string, string>? Settings = null);

/// <summary>A published number, and what it is compared with.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Measure">A numeric column of summary.csv, a quantity of the memory budget, or <c>slo_violation_share</c>.</param>
/// <param name="Arm">Whose.</param>
/// <param name="Published">As printed: <c>up to 2.32</c>.</param>
/// <param name="Sure">How sure the published number is.</param>
/// <param name="Note">Why ours may differ: the assumption that is the likely cause.</param>
/// <param name="Over">Arm whose value divides; null: the value itself.</param>
/// <param name="Scale">Multiplies the value: 100 for per cent.</param>
/// <param name="Complement">One minus the value: a ratio becomes a loss.</param>
/// <param name="Best">Compare each arm's best over the conditions, instead of condition by condition.</param>
/// <param name="Unit">Of both values, after scaling.</param>
/// <param name="Accept">Smallest and largest value that agrees with the publication; null: printed only.</param>
/// <param name="Stands">The worst verdict that is no fault of this version; null: possible.</param>
public sealed record PublishedRow(
    string What,
    string Measure,
    string Arm,
    string Published,
    Certainty Sure,
    string Note = "",
    string? Over = null,
    double Scale = 1,
    bool Complement = false,
    bool Best = false,
    string Unit = "",
    IReadOnlyList<double>? Accept = null,
    Verdict? Stands = null);

/// <summary>How sure a published number is.</summary>
public enum Certainty
{
    /// <summary>From the publication's own text.</summary>
    [JsonStringEnumMemberName("paper")]
    Paper,

    /// <summary>From code or data that its authors released.</summary>
    [JsonStringEnumMemberName("code")]
    Code,

    /// <summary>From notes or reviews of it.</summary>
    [JsonStringEnumMemberName("notes")]
    Notes,

    /// <summary>From general knowledge of it, not looked up again.</summary>
    [JsonStringEnumMemberName("memory")]
    Memory,

    /// <summary>Inferred from its numbers.</summary>
    [JsonStringEnumMemberName("inferred")]
    Inferred,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(Reproduction))]
internal sealed partial class ReproductionJson : JsonSerializerContext;
