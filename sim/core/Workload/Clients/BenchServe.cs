using System.Text.Json;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary><c>vllm bench serve --save-result --save-detailed</c>, and SGLang's bench_serving with <c>--output-details</c>: a run an
/// object, a list for each column of its requests.</summary>
/// <remarks>Newer versions write when each request was sent (<c>start_times</c>). Without it: with a limit on requests at a time, each
/// was sent when an earlier one had ended; with a rate, at the instants of a Poisson process; else all at once.</remarks>
internal sealed class BenchServe(bool sglang) : IClientFormat
{
    private const ulong Seed = 1;

    private bool _read;

    public string Client => sglang ? "SGLang bench_serving" : "vllm bench serve";

    public void Read(ReadOnlyMemory<byte> json, RowPlace place, ClientRun into)
    {
        if (_read)
            throw new InputException($"{place.Path}:{place.Line}: a second run; expected one run a file: split the file by lines");
        _read = true;
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement run = document.RootElement;
        JsonElement[] inputs = Column(run, "input_lens", place)!, outputs = Column(run, "output_lens", place)!;
        JsonElement[] firsts = Column(run, "ttfts", place)!;
        JsonElement[]? gaps = Column(run, "itls", place, inputs.Length), errors = Column(run, "errors", place, inputs.Length);
        if (outputs.Length != inputs.Length || firsts.Length != inputs.Length)
            throw place.Error($"{inputs.Length} entries in output_lens and ttfts", $"{outputs.Length} and {firsts.Length}");
        into.Model = run.At("model_id").Text() ?? run.At("model").Text();
        List<(int Index, ClientRequest Request)> answered = [];
        for (int i = 0; i < inputs.Length; i++)
        {
            string which = $"request {i}";
            double? first = ((JsonElement?)firsts[i]).Number(place, $"ttfts of {which}");
            double rest = 0;
            foreach (JsonElement gap in gaps is null ? [] : Values(gaps[i]))
            {
                double seconds = ((JsonElement?)gap).Number(place, $"itls of {which}") ?? 0;
                if (seconds < 0)
                    throw new InputException($"{place.Path}: the clock runs backwards in {which}: a gap below 0 between two tokens");
                rest += seconds;
                into.GapsS.Add(seconds);
            }
            if (errors is not null && ((JsonElement?)errors[i]).Says())
                into.Failed++;
            else
                answered.Add((i, new ClientRequest(0, ((JsonElement?)inputs[i]).Tokens(place, $"input_lens of {which}"),
                    ((JsonElement?)outputs[i]).Tokens(place, $"output_lens of {which}"), first, (first ?? 0) + rest)));
        }
        double[] starts = Starts(run, place, into, inputs.Length, answered);
        foreach ((int index, ClientRequest request) in answered)
            into.Add(place, $"request {index}", request with { StartS = starts[index] });
    }

    private static double[] Starts(JsonElement run, RowPlace place, ClientRun into, int count,
        List<(int Index, ClientRequest Request)> answered)
    {
        if (Column(run, "start_times", place, count) is JsonElement[] given)
            return [.. given.Select((start, i) => ((JsonElement?)start).Number(place, $"start_times of request {i}") ?? 0)];
        double[] starts = new double[count];
        double? most = run.At("max_concurrency") is { ValueKind: JsonValueKind.Number } limit ? limit.GetDouble() : null;
        double? rate = run.At("request_rate") is { ValueKind: JsonValueKind.Number } number && double.IsFinite(number.GetDouble())
            ? number.GetDouble() : null;
        if (most is >= 1 && rate is null)
        {
            PriorityQueue<int, double> free = new();
            for (int slot = 0; slot < Math.Min((int)Math.Min(most.Value, count), count); slot++)
                free.Enqueue(slot, 0);
            foreach ((int index, ClientRequest request) in answered)
            {
                free.TryDequeue(out int slot, out double at);
                starts[index] = at;
                free.Enqueue(slot, at + request.LatencyS);
            }
            into.Notes.Add(FormattableString.Invariant(
                $"no start times in the file: each request is sent when one of the {most} before it has ended"));
        }
        else if (rate is > 0)
        {
            PoissonClock clock = new(rate.Value, Seed, "arrivals");
            for (int i = 0; i < count; i++)
                starts[i] = new Time.SimTime(clock.Next()).Seconds;
            into.Notes.Add(FormattableString.Invariant(
                $"no start times in the file: Poisson arrivals at its rate of {rate}/s, so single requests cannot be compared"));
        }
        else
        {
            into.Notes.Add("no start times in the file: all requests are sent at once");
        }
        return starts;
    }

    /// <summary>Null where it is absent; as many entries as asked for.</summary>
    private static JsonElement[]? Column(JsonElement run, string key, RowPlace place, int? count = null)
    {
        if (run.At(key) is not JsonElement column)
            return count is null ? throw place.Error($"a list {key}", "none") : null;
        if (column.ValueKind != JsonValueKind.Array)
            throw place.Error($"a list {key}", ShownText.Of(column.GetRawText(), 40));
        JsonElement[] values = Values(column);
        return count is null || values.Length == count ? values : throw place.Error($"{count} entries in {key}", $"{values.Length}");
    }

    private static JsonElement[] Values(JsonElement list) => list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
}
