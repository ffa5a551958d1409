using System.Text.Json;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>requests.jsonl of casys-kaist/LLMServingSim's bench: the instants at which the engine queued a request and gave
/// tokens.</summary>
internal sealed class ServingSimRun : IClientFormat
{
    public string Client => "LLMServingSim";

    public void Read(ReadOnlyMemory<byte> json, RowPlace place, ClientRun into)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement request = document.RootElement;
        string which = $"line {place.Line}";
        double Instant(string key) => request.At(key).Number(place, $"{key} of {which}") ?? throw place.Error($"{key} of {which}", "none");
        double queued = Instant("queued_ts");
        into.Add(place, which, new ClientRequest(
            queued, request.At("input_toks").Tokens(place, $"input_toks of {which}"),
            request.At("output_toks").Tokens(place, $"output_toks of {which}"),
            Instant("first_token_ts") - queued, Instant("last_token_ts") - queued));
    }
}
