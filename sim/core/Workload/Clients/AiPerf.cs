using System.Text.Json;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>AIPerf's profile_export.jsonl: a request a line, values with their units.</summary>
internal sealed class AiPerf : IClientFormat
{
    private const double NanosecondsPerS = 1e9;

    public string Client => "AIPerf";

    public void Read(ReadOnlyMemory<byte> json, RowPlace place, ClientRun into)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement record = document.RootElement;
        string which = $"line {place.Line}";
        if (record.At("metadata", "benchmark_phase").Text() == "warmup")
        {
            into.WarmUp++;
            return;
        }
        if (record.At("error").Says() || record.At("metadata", "was_cancelled").Says())
        {
            into.Failed++;
            return;
        }
        JsonElement? Value(string metric) => record.At("metrics", metric, "value");
        double? start = record.At("metadata", "request_start_ns").Number(place, $"request_start_ns of {which}");
        double? end = record.At("metadata", "request_end_ns").Number(place, $"request_end_ns of {which}");
        if (start is not double from || end is not double to)
            throw place.Error($"request_start_ns and request_end_ns of {which}", "none");
        double? first = Value("time_to_first_token").Number(place, $"time_to_first_token of {which}");
        double scale = record.At("metrics", "time_to_first_token", "unit").Text() switch
        {
            null or "ms" => 1e-3,
            "us" => 1e-6,
            "ns" => 1e-9,
            "s" or "sec" => 1,
            string unit => throw place.Error($"a unit of time in time_to_first_token of {which}", unit),
        };
        double latency = (to - from) / NanosecondsPerS;
        // The instants are of the wall clock in nanoseconds: a double tells them apart to a quarter of a microsecond.
        into.Add(place, which, new ClientRequest(
            from / NanosecondsPerS, Value("input_sequence_length").Tokens(place, $"input_sequence_length of {which}"),
            (Value("output_sequence_length") ?? Value("output_token_count")).Tokens(place, $"output_sequence_length of {which}"),
            first * scale, latency));
    }
}
