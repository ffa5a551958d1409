using System.Buffers.Binary;
using System.Security.Cryptography;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The kept rows in arrival order.</summary>
internal sealed record TraceColumns(long[] TimePs, int[] Input, int[] Output, OptionalColumn[] Optional)
{
    /// <summary>Rows that came before the row above them in the file.</summary>
    public long Inversions { get; private init; }

    /// <summary>Zero gaps after sorting.</summary>
    public long EqualTimes { get; private init; }

    /// <summary>Sorts by time, equal times in the order of the file; times count from the reader's first row.</summary>
    public static TraceColumns Sort(RequestRows rows)
    {
        ReadOnlySpan<long> offsets = rows.OffsetPs;
        long inversions = 0;
        for (int i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1])
                inversions++;
        }
        long[] times = offsets.ToArray();
        int[] input = rows.Input.ToArray();
        int[] output = rows.Output.ToArray();
        OptionalColumn[] optional =
            [
                .. new OptionalColumn?[] { rows.Models.Build(rows.Count), rows.Prompts.Build(rows.Count), rows.Sessions.Build(rows.Count) }
                    .OfType<OptionalColumn>(),
            ];
        if (inversions > 0)
        {
            int[] order = new int[times.Length];
            for (int i = 0; i < order.Length; i++)
                order[i] = i;
            long[] keys = times;
            // Array.Sort is not stable: the index breaks ties.
            Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
            times = OptionalColumn.Pick(times, order);
            input = OptionalColumn.Pick(input, order);
            output = OptionalColumn.Pick(output, order);
            optional = Array.ConvertAll(optional, column => column.Pick(order));
        }
        long equal = 0;
        for (int i = 1; i < times.Length; i++)
        {
            if (times[i] == times[i - 1])
                equal++;
        }
        return new TraceColumns(times, input, output, optional) { Inversions = inversions, EqualTimes = equal };
    }

    /// <summary>Some requests in a row. What the reader counted stays that of the file.</summary>
    public TraceColumns Slice(int first, int count) => Pick([.. Enumerable.Range(first, count)], TimePs.AsSpan(first, count).ToArray());

    /// <summary>Some requests at other times. What the reader counted stays that of the file.</summary>
    public TraceColumns Pick(int[] rows, long[] timePs) => this with
    {
        TimePs = timePs,
        Input = OptionalColumn.Pick(Input, rows),
        Output = OptionalColumn.Pick(Output, rows),
        Optional = [.. Optional.Select(column => column.Pick(rows))],
    };

    /// <summary>When sessions start whose turns wait for one another; null where there are none.</summary>
    public SessionStarts? Sessions() =>
        Optional.OfType<SessionPlan>().FirstOrDefault() is { } plan ? new SessionStarts(TimePs, plan) : null;

    /// <summary>Lower-case hex SHA-256 of the rows: what stands for a stream that was not read to its end.</summary>
    public string Sha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int[]? model = Optional.OfType<ModelColumn>().FirstOrDefault()?.Index;
        Span<byte> row = stackalloc byte[sizeof(long) + (3 * sizeof(int))];
        for (int i = 0; i < TimePs.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(row, TimePs[i]);
            BinaryPrimitives.WriteInt32LittleEndian(row[8..], Input[i]);
            BinaryPrimitives.WriteInt32LittleEndian(row[12..], Output[i]);
            BinaryPrimitives.WriteInt32LittleEndian(row[16..], model?[i] ?? -1);
            hash.AppendData(row);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
