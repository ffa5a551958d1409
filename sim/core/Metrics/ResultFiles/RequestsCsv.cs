using System.Text;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>Writes requests.csv: one row a request in trace order, the time ledger included.</summary>
public static class RequestsCsv
{
    private delegate void Cell(CsvBuffer csv, int id, in RequestRecord record);

    private const int BlockRows = RequestBlocks.Rows;

    /// <summary>More than a disk keeps up with.</summary>
    private const int MostBlocksAhead = 4;

    private static readonly (string Name, string Doc, Cell Write)[] Table =
    [
        ("request_id", "position in the trace, from 0", (csv, id, in r) => csv.Integer(id)),
        ("arrival_s", "arrival since the trace's zero", (csv, id, in r) => csv.Seconds(r.ArrivalPs)),
        ("input_tokens", "prompt tokens", (csv, id, in r) => csv.Integer(r.InputTokens)),
        ("output_tokens", "output tokens asked for, after clipping to max_model_len", (csv, id, in r) => csv.Integer(r.OutputTokens)),
        ("emitted_tokens", "output tokens emitted", (csv, id, in r) => csv.Integer(r.EmittedTokens)),
        ("status", "finished, rejected or unfinished", (csv, id, in r) => csv.Word(Word(r.Status))),
        ("first_scheduled_s", "start of the first iteration that computed a token of it; empty if none did",
            (csv, id, in r) => csv.Seconds(Instant(r.FirstScheduledPs))),
        ("ttft_s", "arrival to first output token; empty unless finished", (csv, id, in r) => csv.Seconds(RequestLatency.Ttft(r))),
        ("tpot_s", "(e2e - ttft) / (output tokens - 1), rounded to a picosecond; empty for one token",
            (csv, id, in r) => csv.Seconds(RequestLatency.Tpot(r))),
        ("e2e_s", "arrival to last output token; empty unless finished", (csv, id, in r) => csv.Seconds(RequestLatency.EndToEnd(r))),
        ("normalized_latency_s", "e2e / output tokens, rounded to a picosecond; empty unless finished",
            (csv, id, in r) => csv.Seconds(RequestLatency.Normalized(r))),
        ("preemptions", "times it lost its KV", (csv, id, in r) => csv.Integer(r.Preemptions)),
        ("recomputed_tokens", "KV tokens computed again after a preemption", (csv, id, in r) => csv.Integer(r.RecomputedTokens)),
        ("replica", "replica that served it; with pipeline stages, the virtual engine, pp of them a replica",
            (csv, id, in r) => csv.Integer(r.Replica)),
        .. Enumerable.Range(0, LedgerTerms.All.Count).Select(Ledger),
    ];

    /// <summary>Names and meanings, in the order of the file.</summary>
    public static IReadOnlyList<(string Name, string Doc)> Columns { get; } = Array.ConvertAll(Table, c => (c.Name, c.Doc));

    /// <param name="models">Several models: what each replica serves, as a last column <c>model</c>.</param>
    public static void Write(Stream target, RequestRecord[] records, IReadOnlyList<string>? models = null)
    {
        WriteHeader(target, models is not null);
        WriteBlocks(target, records, 0, models);
    }

    /// <summary>The same bytes, written while the run goes on: a block as soon as it is complete, the rest when the run is over.</summary>
    public static void WriteBeside(Stream target, RequestBlocks blocks)
    {
        WriteHeader(target, withModel: false);
        using MemoryStream text = new();
        int written = 0;
        while (true)
        {
            int complete = blocks.WaitBeyond(written);
            if (blocks.Over)
                break;
            for (; written < complete; written++)
            {
                FormatBlock(text, blocks.Records, written * BlockRows, null);
                text.WriteTo(target);
            }
        }
        WriteBlocks(target, blocks.Records, written, null);
    }

    /// <summary>Blocks of rows are formatted side by side and written in their order.</summary>
    private static void WriteBlocks(Stream target, RequestRecord[] records, int first, IReadOnlyList<string>? models)
    {
        int blocks = (records.Length + BlockRows - 1) / BlockRows;
        int ahead = Math.Min(blocks - first, Math.Min(MostBlocksAhead, Environment.ProcessorCount));
        MemoryStream[] texts = [.. Enumerable.Range(0, ahead).Select(_ => new MemoryStream())];
        Task[] formatting = [.. Enumerable.Range(first, ahead).Select(Start)];
        for (int block = first; block < blocks; block++)
        {
            int slot = (block - first) % ahead;
            formatting[slot].GetAwaiter().GetResult();
            texts[slot].WriteTo(target);
            if (block + ahead < blocks)
                formatting[slot] = Start(block + ahead);
        }

        Task Start(int block) => Task.Run(() => FormatBlock(texts[(block - first) % ahead], records, block * BlockRows, models));
    }

    private static void WriteHeader(Stream target, bool withModel)
    {
        using CsvBuffer csv = new(target);
        foreach ((string name, _, _) in Table)
            csv.Word(Encoding.ASCII.GetBytes(name));
        if (withModel)
            csv.Word("model"u8);
        csv.EndRow();
    }

    private static void FormatBlock(MemoryStream text, RequestRecord[] records, int first, IReadOnlyList<string>? models)
    {
        text.SetLength(0);
        using CsvBuffer csv = new(text);
        int end = Math.Min(first + BlockRows, records.Length);
        for (int id = first; id < end; id++)
        {
            ref readonly RequestRecord record = ref records[id];
            foreach ((_, _, Cell write) in Table)
                write(csv, id, record);
            if (models is not null)
                csv.Text(models[record.Replica]);
            csv.EndRow();
        }
    }

    private static (string Name, string Doc, Cell Write) Ledger(int term) =>
        (LedgerTerms.All[term].Name + "_s",
            "ledger: " + LedgerTerms.All[term].Doc,
            (csv, id, in r) => csv.Seconds(r.Ledger[term]));

    private static long? Instant(long ps) => ps < 0 ? null : ps;

    private static ReadOnlySpan<byte> Word(RequestStatus status) => status switch
    {
        RequestStatus.Finished => "finished"u8,
        RequestStatus.Rejected => "rejected"u8,
        _ => "unfinished"u8,
    };
}
