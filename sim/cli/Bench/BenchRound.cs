using System.Text.Json;

namespace ELLM.Sim.Cli.Bench;

/// <summary>What one process measured of one row: the output of <c>ellm bench --round</c>.</summary>
/// <param name="CoreS">Processor seconds of each lap.</param>
/// <param name="WallS">Seconds on the clock of each lap.</param>
internal sealed record BenchRound(string Row, int Requests, long Iterations, double[] CoreS, double[] WallS)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static BenchRound Of(BenchRow row, long iterations, Laps laps) =>
        new(row.Name, row.Requests, iterations, [.. laps.CoreTimesS], [.. laps.WallTimesS]);

    /// <exception cref="InputException">The text is not what this build writes.</exception>
    public static BenchRound Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<BenchRound>(text, Json) is { CoreS.Length: > 0, WallS.Length: > 0 } round
                ? round
                : throw new InputException("a bench round: expected times, found none");
        }
        catch (JsonException e)
        {
            throw new InputException($"a bench round: expected a JSON object, found '{text.Trim()}'", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
