using System.Text.Json;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>GuideLLM's JSON report: benchmarks one after the other, each with its requests by how they ended.</summary>
/// <remarks>Names are those of 0.2 to 0.3 (times in the request) and of 0.4 and later (times in <c>info.timings</c>).</remarks>
internal sealed class GuideLlm : IClientFormat
{
    public string Client => "GuideLLM";

    public void Read(ReadOnlyMemory<byte> json, RowPlace place, ClientRun into)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement report = document.RootElement;
        if (report.At("benchmarks") is not { ValueKind: JsonValueKind.Array } benchmarks)
            throw place.Error("a list benchmarks", "none");
        into.Model = report.At("args", "model").Text();
        int runs = 0;
        foreach (JsonElement benchmark in benchmarks.EnumerateArray())
        {
            if (benchmark.At("requests", "successful") is not { ValueKind: JsonValueKind.Array } answered)
            {
                throw new InputException($"{place.Path}: a summary without per-request data: GuideLLM writes it to its JSON report "
                    + "(--output-path report.json, without a sample size)");
            }
            runs++;
            foreach (string ended in new[] { "errored", "incomplete" })
                into.Failed += benchmark.At("requests", ended) is { ValueKind: JsonValueKind.Array } lost ? lost.GetArrayLength() : 0;
            int i = 0;
            foreach (JsonElement request in answered.EnumerateArray())
                Read(request, $"request {i++} of benchmark {runs}", place, into);
        }
        if (runs > 1)
            into.Notes.Add($"{runs} benchmarks of the file, one after the other as they were run");
    }

    private static void Read(JsonElement request, string which, RowPlace place, ClientRun into)
    {
        JsonElement? Any(params string[][] paths) => paths.Select(path => request.At(path)).FirstOrDefault(value => value is not null);
        double? start = Any(["start_time"], ["request_start_time"], ["info", "timings", "request_start"]).Number(place,
            $"start_time of {which}");
        double? end = Any(["end_time"], ["request_end_time"], ["info", "timings", "request_end"]).Number(place, $"end_time of {which}");
        double? first = Any(["first_token_time"], ["info", "timings", "first_iteration"], ["info", "timings", "first_token_iteration"])
            .Number(place, $"first_token_time of {which}");
        double? milliseconds = Any(["time_to_first_token_ms"]).Number(place, $"time_to_first_token_ms of {which}");
        int input = Any(["prompt_tokens"], ["input_metrics", "text_tokens"], ["input_metrics", "total_tokens"])
            .Tokens(place, $"prompt_tokens of {which}");
        int output = Any(["output_tokens"], ["output_metrics", "text_tokens"], ["output_metrics", "total_tokens"])
            .Tokens(place, $"output_tokens of {which}");
        if (start is not double from || end is not double to)
            throw place.Error($"start_time and end_time of {which}", "none");
        into.Add(place, which, new ClientRequest(from, input, output, first is double at ? at - from : milliseconds / 1000, to - from));
    }
}
