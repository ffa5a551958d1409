using System.Text.Json;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>inference-perf's per_request_lifecycle_metrics.json: a request an object, with the instants of its tokens.</summary>
internal sealed class InferencePerf : IClientFormat
{
    private int _next;

    public string Client => "inference-perf";

    public void Read(ReadOnlyMemory<byte> json, RowPlace place, ClientRun into)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement request = document.RootElement;
        string which = $"request {_next++}";
        if (request.At("error").Says())
        {
            into.Failed++;
            return;
        }
        JsonElement? Info(string key, params string[] newer) => request.At("info", key) ?? request.At(["info", .. newer, key]);
        double? start = request.At("start_time").Number(place, $"start_time of {which}");
        double? end = request.At("end_time").Number(place, $"end_time of {which}");
        if (start is not double from || end is not double to)
            throw place.Error($"start_time and end_time of {which}", "none");
        double[] tokens = Info("output_token_times", "response_metrics") is { ValueKind: JsonValueKind.Array } times
            ? [.. times.EnumerateArray().Select(t => ((JsonElement?)t).Number(place, $"output_token_times of {which}") ?? 0)]
            : [];
        for (int i = 1; i < tokens.Length; i++)
        {
            if (tokens[i] < tokens[i - 1])
                throw new InputException($"{place.Path}: the clock runs backwards in {which}: token {i} comes before the one before it");
            into.GapsS.Add(tokens[i] - tokens[i - 1]);
        }
        into.Add(place, which, new ClientRequest(
            from, Info("input_tokens", "request_metrics", "text").Tokens(place, $"input_tokens of {which}"),
            Info("output_tokens", "response_metrics").Tokens(place, $"output_tokens of {which}"),
            tokens.Length > 0 ? tokens[0] - from : null, to - from));
    }
}
