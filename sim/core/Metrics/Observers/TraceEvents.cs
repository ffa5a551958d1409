using System.Globalization;
using System.Text.Json;
using ELLM.Sim.Files;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Records a run as trace events, the JSON format that Perfetto and Chrome's trace viewer open.</summary>
/// <remarks>
/// <para>A process a replica. Its iterations are complete events on one track, a run of decode steps that was jumped over as one of
/// them. A request is a nested asynchronous event with the parts queue, prefill and decode, as its record tells them when it ends;
/// one that never ends leaves nothing. Counters hold requests and KV tokens at sampled boundaries.</para>
/// <para>Events are kept in memory (40 bytes each) and written in the order of their instants; timestamps are microseconds, exact to
/// the picosecond. Beyond <paramref name="maxEvents"/> the run goes on unrecorded and the file says how much is missing.</para>
/// </remarks>
/// <param name="samplePs">Spacing of the counters, picoseconds.</param>
/// <param name="maxEvents">Most events kept.</param>
public sealed class TraceEvents(long samplePs = TraceEvents.DefaultSamplePs, int maxEvents = TraceEvents.DefaultMaxEvents)
    : IServingObserver
{
    public const long DefaultSamplePs = 10 * SimTime.PsPerMillisecond;
    public const int DefaultMaxEvents = 1_000_000;

    /// <summary>Most events one call records: a request has four parts, each with a beginning and an end.</summary>
    private const int EventsOfRequest = 8;

    private static readonly string[] Parts = ["request", "queue", "prefill", "decode"];
    private readonly List<Event> _events = [];

    private enum Kind : byte
    {
        Iteration,
        Begin,
        End,
        Rejected,
        Requests,
        Tokens,
    }

    public long NextSamplePs { get; private set; }

    /// <summary>Calls that were not recorded any more.</summary>
    public long Dropped { get; private set; }

    public void Sample(in ReplicaSample sample)
    {
        if (sample.TimePs < NextSamplePs)
            return;
        NextSamplePs = ((sample.TimePs / samplePs) + 1) * samplePs;
        if (!Room(2))
            return;
        _events.Add(new Event(sample.TimePs, Kind.Requests, sample.Replica, sample.Running, sample.Waiting, sample.Parked));
        _events.Add(
            new Event(sample.TimePs, Kind.Tokens, sample.Replica, 0, sample.LiveTokens,
                Math.Max(0, sample.AllocatedTokens - sample.LiveTokens)));
    }

    public void Span(in IterationSpan span)
    {
        if (Room(1))
            _events.Add(
                new Event(span.StartPs, Kind.Iteration, span.Replica, span.DecodeSequences, span.EndPs - span.StartPs,
                    span.PrefillTokens > 0 ? -span.PrefillTokens : span.Steps));
    }

    public void Gaps(long gapPs, long tokens)
    {
        // Gaps between tokens have no place on a track of their own.
    }

    public void GapSeries(long firstPs, long growthPs, long steps, long tokens)
    {
        // See Gaps.
    }

    public void Ended(int request, in RequestRecord record)
    {
        if (!Room(EventsOfRequest))
            return;
        if (record.Status != RequestStatus.Finished)
        {
            _events.Add(new Event(record.FinishPs, Kind.Rejected, record.Replica, request, 0, 0));
            return;
        }
        _events.Add(new Event(record.ArrivalPs, Kind.Begin, record.Replica, request, 0, record.Preemptions));
        Part(request, record.Replica, 1, record.ArrivalPs, record.FirstScheduledPs);
        Part(request, record.Replica, 2, record.FirstScheduledPs, record.FirstTokenPs);
        Part(request, record.Replica, 3, record.FirstTokenPs, record.FinishPs);
        _events.Add(new Event(record.FinishPs, Kind.End, record.Replica, request, 0, 0));
    }

    /// <summary>Writes everything recorded, in the order of time.</summary>
    public void Write(Stream target)
    {
        using Utf8JsonWriter json = new(target);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartObject("otherData");
        json.WriteNumber("dropped_calls", Dropped);
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        foreach (int replica in _events.Select(e => e.Replica).Distinct().Order())
            Process(json, replica);
        foreach (Event one in _events.OrderBy(e => e.AtPs)) // A stable sort: what was recorded first stays first.
            Write(json, one);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes a file: complete, or not there.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string path) => FileReplacement.Write(path, Write, $"--trace-events {path}");

    private static void Process(Utf8JsonWriter json, int replica)
    {
        Open(json, "M", "process_name", replica, 0);
        json.WriteStartObject("args");
        json.WriteString("name", string.Create(CultureInfo.InvariantCulture, $"replica {replica}"));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, in Event e)
    {
        switch (e.Kind)
        {
            case Kind.Iteration:
                Open(json, "X", e.B < 0 ? (e.Id > 0 ? "prefill + decode" : "prefill") : "decode", e.Replica, e.AtPs);
                json.WritePropertyName("dur");
                json.WriteRawValue(Microseconds(e.A));
                Args(json, ("steps", Math.Max(1, e.B)), ("prefill_tokens", Math.Max(0, -e.B)), ("decode_sequences", e.Id));
                break;
            case Kind.Begin or Kind.End:
                Open(json, e.Kind == Kind.Begin ? "b" : "e", Parts[e.A], e.Replica, e.AtPs);
                json.WriteString("cat", "request");
                json.WriteNumber("id", e.Id);
                if (e is { Kind: Kind.Begin, A: 0 })
                    Args(json, ("request_id", e.Id), ("preemptions", e.B));
                break;
            case Kind.Rejected:
                Open(json, "i", "rejected", e.Replica, e.AtPs);
                json.WriteString("s", "p");
                Args(json, ("request_id", e.Id));
                break;
            case Kind.Requests:
                Open(json, "C", "requests", e.Replica, e.AtPs);
                Args(json, ("running", e.Id), ("waiting", e.A), ("parked", e.B));
                break;
            default:
                Open(json, "C", "KV tokens", e.Replica, e.AtPs);
                Args(json, ("live", e.A), ("allocated_idle", e.B));
                break;
        }
        json.WriteEndObject();
    }

    private static void Open(Utf8JsonWriter json, string phase, string name, int replica, long atPs)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", name);
        json.WriteNumber("pid", replica);
        json.WriteNumber("tid", 0);
        json.WritePropertyName("ts");
        json.WriteRawValue(Microseconds(atPs));
    }

    private static void Args(Utf8JsonWriter json, params ReadOnlySpan<(string Name, long Value)> args)
    {
        json.WriteStartObject("args");
        foreach ((string name, long value) in args)
            json.WriteNumber(name, value);
        json.WriteEndObject();
    }

    private static string Microseconds(long ps) =>
        string.Create(CultureInfo.InvariantCulture, $"{ps / SimTime.PsPerMicrosecond}.{ps % SimTime.PsPerMicrosecond:D6}");

    private void Part(int request, int replica, int part, long fromPs, long toPs)
    {
        if (fromPs < 0 || toPs < fromPs)
            return;
        _events.Add(new Event(fromPs, Kind.Begin, replica, request, part, 0));
        _events.Add(new Event(toPs, Kind.End, replica, request, part, 0));
    }

    private bool Room(int events)
    {
        if (_events.Count + events <= maxEvents)
            return true;
        Dropped++;
        return false;
    }

    /// <param name="Id">Request; of an iteration its decoding sequences; of a counter the running requests.</param>
    /// <param name="A">Duration, part, waiting requests or live tokens.</param>
    /// <param name="B">Steps, or prefill tokens negated; preemptions; parked requests; idle tokens.</param>
    private readonly record struct Event(long AtPs, Kind Kind, int Replica, int Id, long A, long B);
}
