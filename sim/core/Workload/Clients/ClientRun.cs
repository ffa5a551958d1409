using System.Text.Json;
using ELLM.Sim.Files;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>What a benchmark client wrote of one run against a real server.</summary>
public sealed class ClientRun
{
    private readonly List<ClientRequest> _requests = [];

    /// <summary>The client.</summary>
    public string Client { get; internal set; } = "";

    /// <summary>Requests that were answered, in the order of the file.</summary>
    public IReadOnlyList<ClientRequest> Requests => _requests;

    /// <summary>Requests that failed or were cancelled: no part of <see cref="Requests"/>.</summary>
    public int Failed { get; internal set; }

    /// <summary>Requests of a warm-up, left out.</summary>
    public int WarmUp { get; internal set; }

    /// <summary>Gaps between chunks, seconds; empty where the client writes none.</summary>
    public List<double> GapsS { get; } = [];

    /// <summary>As the client was given it; null where the file does not say.</summary>
    public string? Model { get; internal set; }

    /// <summary>What was assumed of the times, a sentence each.</summary>
    public List<string> Notes { get; } = [];

    /// <exception cref="InputException">No result file of a known client, or one without the requests one by one.</exception>
    public static ClientRun Read(string path)
    {
        using TraceSource source = TraceSource.Open(path);
        return Read(source);
    }

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">Is closed.</param>
    /// <param name="name">For messages.</param>
    public static ClientRun Read(Stream stream, string name)
    {
        using TraceSource source = TraceSource.Over(name, stream);
        return Read(source);
    }

    private static ClientRun Read(TraceSource source)
    {
        string path = source.Path;
        return FileGuard.Reading(path, () =>
        {
            ClientRun run = new();
            IClientFormat? format = null;
            JsonRecords.Visit(source, (json, place) =>
            {
                try
                {
                    format ??= ClientFormats.Find(json, place)
                        ?? throw new InputException($"{path}: no result file of a known client: {ClientFormats.Known}");
                    format.Read(json, place, run);
                }
                catch (JsonException e)
                {
                    throw JsonRecords.Broken(place.Path, place.Line, e);
                }
                catch (InvalidOperationException e)
                {
                    // The parser checks that texts are UTF-8 only when it is asked for them.
                    throw place.Error("text in UTF-8", "bytes that are none", e);
                }
                return true;
            });
            if (format is null)
                throw new InputException($"{path}: no JSON objects, expected the result of a benchmark client");
            run.Client = format.Client;
            return run._requests.Count > 0 ? run
                : throw new InputException($"{path}: no request of the run was answered ({run.Failed} failed)");
        });
    }

    /// <exception cref="InputException">Counts or times that cannot be.</exception>
    internal void Add(RowPlace place, string which, ClientRequest request)
    {
        if (!double.IsFinite(request.StartS) || Math.Abs(request.StartS) > 1e11)
            throw place.Error($"seconds as the start of {which}", FormattableString.Invariant($"{request.StartS}"));
        bool backwards = request.LatencyS < 0 || request.TtftS is < 0 || request.TtftS > request.LatencyS * (1 + 1e-6) + 1e-6;
        if (backwards)
        {
            throw new InputException(FormattableString.Invariant(
                $"{place.Path}: the clock runs backwards in {which}: {request.TtftS} s to the first token, {request.LatencyS} s in all"));
        }
        if (request.Output == 0)
            Failed++;
        else
            _requests.Add(request);
    }
}
