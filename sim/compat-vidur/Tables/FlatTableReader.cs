namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Reads dumped tables: every CSV file of a folder that has keys of an operator and times.</summary>
/// <remarks>
/// <para>Layouts, told apart by column names: one row a key with a column an operator (<c>num_tokens,attn_pre_proj,...</c>); an
/// operator column (<c>op,num_tokens,time_ms</c>); an operator a file, named by the file (<c>num_tokens,prediction</c>, as Vidur's own
/// cache writes them). Decode attention has the keys batch size and KV length; prefill attention KV length and chunk, or its square
/// (<c>prefill_chunk_size_squared</c>). Keys without a name of their own beside an operator column are taken in order: tokens; batch and
/// KV; KV and chunk squared. Attention may also be a matrix, one key down and the other across, the operator in the file's name.</para>
/// <para>Times are milliseconds unless the column's name ends in <c>_s</c>, <c>_us</c> or <c>_ns</c>.</para>
/// </remarks>
internal static class FlatTableReader
{
    private static readonly string[] OperatorColumns = ["op", "operator", "operation", "name", "model_name"];
    private static readonly string[] CountColumns = ["num_tokens", "tokens", "token", "n_tokens", "num_tokens_rounded", "t", "count"];
    private static readonly string[] BatchColumns = ["batch_size", "batch", "decode_batch_size", "num_decodes", "decodes", "m", "b",
        "num_requests"];
    private static readonly string[] KvColumns = ["kv_cache_size", "kv", "kv_tokens", "kv_cache", "kv_len", "kv_length", "context",
        "kv_size", "kv_rounded", "decode_avg_kv_cache_size"];
    private static readonly string[] ChunkColumns = ["prefill_chunk_size", "chunk", "chunk_size", "c"];
    private static readonly string[] SquareColumns =
        ["prefill_chunk_size_squared", "chunk_squared", "chunk2", "chunk_sq", "c2", "chunk_size_squared", "prefill_chunk_squared",
            "chunk_2", "c_2"];

    private static readonly string[] TimeNames = ["prediction", "predicted", "time", "value", "ms", "us", "median", "duration", "latency",
        "seconds"];

    /// <summary>Files of the folder that look like flat tables.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(CsvTable.IsCsv).Where(IsTable).Order(StringComparer.Ordinal)];

    /// <exception cref="InputException">A field is no number or a time is negative.</exception>
    public static void Read(string path, OperatorTable into)
    {
        CsvTable csv = CsvTable.Read(path);
        (int op, int batch, int kv, int chunk, int square) =
            (csv.Find(OperatorColumns), csv.Find(BatchColumns), csv.Find(KvColumns), csv.Find(ChunkColumns), csv.Find(SquareColumns));
        int count = csv.Find(CountColumns);
        if (IsMatrix(csv))
            ReadMatrix(csv, into);
        else if (op >= 0)
            ReadLong(csv, into, op, count >= 0 ? count : batch, batch, kv, chunk, square);
        else if (kv >= 0 && (batch >= 0 || chunk >= 0 || square >= 0))
            ReadAttention(csv, into, batch, kv, chunk, square);
        else
            ReadCounts(csv, into, count >= 0 ? count : batch);
    }

    private static bool IsTable(string path)
    {
        CsvTable header = CsvTable.Read(path, headerOnly: true);
        bool keys = header.Find(CountColumns) >= 0 || header.Find(KvColumns) >= 0
            || (header.Find(BatchColumns) >= 0 && VidurOperators.Find(CsvTable.NameOf(path)) is not null);
        if (header.Find(OperatorColumns) >= 0 && TimeColumn(header, header.Find(OperatorColumns)) >= 0)
            return true;
        if (IsMatrix(header))
            return true;
        bool single = TimeColumn(header, -1) >= 0;
        bool wide = Enumerable.Range(0, header.Columns.Count).Any(column => OperatorOf(header, column) is not null);
        return keys && (single || wide);
    }

    /// <summary>An operator in each row. Keys of attention may be columns of their own, or the count and one more.</summary>
    private static void ReadLong(CsvTable csv, OperatorTable into, int op, int count, int batch, int kv, int chunk, int square)
    {
        int time = Time(csv, op);
        double unit = Unit(csv, time);
        int[] unnamed = [.. Enumerable.Range(0, csv.Columns.Count).Where(column => column != op && column != time)];
        bool ordered = count < 0 && batch < 0 && kv < 0 && unnamed.Length > 0;
        for (int row = 0; row < csv.Rows; row++)
        {
            string name = CsvTable.Plain(csv.Text(row, op));
            double ms = csv.Time(row, time) * unit;
            if (ordered)
            {
                (count, batch, kv, square) = name.Contains("prefill", StringComparison.Ordinal)
                    ? (-1, -1, unnamed[0], unnamed[^1])
                    : (unnamed[0], unnamed[0], unnamed[^1], -1);
            }
            if (name.Contains("decode", StringComparison.Ordinal) && kv >= 0 && batch >= 0)
                into.SetDecode(csv.Whole(row, batch), csv.Whole(row, kv), ms);
            else if (name.Contains("prefill", StringComparison.Ordinal) && kv >= 0 && (chunk >= 0 || square >= 0))
                into.SetPrefill(csv.Whole(row, kv), Square(csv, row, chunk, square), ms);
            else if (VidurOperators.Find(name) is { } known && count >= 0)
                into.Set(known, csv.Whole(row, count), ms);
            else
                throw csv.Wrong(row, op, "an operator with its keys");
        }
    }

    /// <summary>A key down the first column, the other in the header.</summary>
    private static bool IsMatrix(CsvTable csv) =>
        csv.Columns.Count > 2 && csv.Columns.Skip(1).All(column => column.All(char.IsAsciiDigit)) && AttentionOf(csv) is not null;

    private static string? AttentionOf(CsvTable csv) =>
        ((string[])["decode", "prefill"]).FirstOrDefault(
            name => CsvTable.NameOf(csv.Path).Contains(name, StringComparison.OrdinalIgnoreCase));

    private static void ReadMatrix(CsvTable csv, OperatorTable into)
    {
        bool decode = AttentionOf(csv) == "decode";
        bool kvDown = KvColumns.Any(name => VidurOperators.Contains(csv.Columns[0], name));
        for (int row = 0; row < csv.Rows; row++)
        {
            int down = csv.Whole(row, 0);
            for (int column = 1; column < csv.Columns.Count; column++)
            {
                int across = int.Parse(csv.Columns[column], System.Globalization.CultureInfo.InvariantCulture);
                (int kv, int other) = kvDown ? (down, across) : (across, down);
                if (decode)
                    into.SetDecode(other, kv, csv.Time(row, column));
                else
                    into.SetPrefill(kv, (long)other * other, csv.Time(row, column));
            }
        }
    }

    private static void ReadAttention(CsvTable csv, OperatorTable into, int batch, int kv, int chunk, int square)
    {
        bool prefillKeys = chunk >= 0 || square >= 0;
        int decodeTime = TimeColumn(csv, -1, "decode");
        int prefillTime = TimeColumn(csv, -1, "prefill");
        for (int row = 0; row < csv.Rows; row++)
        {
            long squared = prefillKeys ? Square(csv, row, chunk, square) : 0;
            bool decode = squared == 0 && batch >= 0;
            int time = decode ? decodeTime : prefillTime;
            if (time < 0)
                throw NoTimes(csv);
            double ms = csv.Time(row, time) * Unit(csv, time);
            if (decode)
                into.SetDecode(csv.Whole(row, batch), csv.Whole(row, kv), ms);
            else
                into.SetPrefill(csv.Whole(row, kv), squared, ms);
        }
    }

    private static void ReadCounts(CsvTable csv, OperatorTable into, int count)
    {
        List<(int Column, VidurOperator Op)> columns = [];
        for (int column = 0; column < csv.Columns.Count; column++)
        {
            if (column != count && OperatorOf(csv, column) is { } op)
                columns.Add((column, op));
        }
        if (columns.Count == 0)
        {
            VidurOperator op = VidurOperators.Find(CsvTable.NameOf(csv.Path))
                ?? throw new InputException(
                    $"{csv.Path}:1: expected an operator's name in the file's name or in a column, found {string.Join(',', csv.Header)}");
            columns.Add((Time(csv, count), op));
        }
        foreach ((int column, VidurOperator op) in columns)
        {
            double unit = Unit(csv, column);
            for (int row = 0; row < csv.Rows; row++)
            {
                if (!csv.IsEmpty(row, column))
                    into.Set(op, csv.Whole(row, count), csv.Time(row, column) * unit);
            }
        }
    }

    private static VidurOperator? OperatorOf(CsvTable csv, int column) =>
        csv.Columns[column].Contains("num_", StringComparison.Ordinal) || csv.Columns[column] == "model_name"
            ? null
            : VidurOperators.Find(csv.Columns[column]);

    private static long Square(CsvTable csv, int row, int chunk, int square)
    {
        if (square < 0)
        {
            long tokens = csv.Whole(row, chunk);
            return tokens * tokens;
        }
        double value = csv.Number(row, square);
        return value == Math.Floor(value) && value is >= 0 and < 1e18 ? (long)value : throw csv.Wrong(row, square, "a whole number");
    }

    private static int Time(CsvTable csv, int not)
    {
        int time = TimeColumn(csv, not);
        return time >= 0 ? time : throw NoTimes(csv);
    }

    private static InputException NoTimes(CsvTable csv) =>
        new($"{csv.Path}:1: expected a column of times (prediction, time_ms, ...), found {string.Join(',', csv.Header)}");

    /// <summary>The column of times, of several the one that also names <paramref name="what"/>; -1 when there is none.</summary>
    private static int TimeColumn(CsvTable csv, int not, string what = "")
    {
        int found = -1;
        for (int i = 0; i < csv.Columns.Count; i++)
        {
            string column = csv.Columns[i];
            if (i == not)
                continue;
            bool named = what.Length > 0 && column.Contains(what, StringComparison.Ordinal) && !IsKey(column);
            if (named)
                return i;
            if (found < 0 && TimeNames.Any(name => VidurOperators.Contains(column, name)) && !IsKey(column))
                found = i;
        }
        return found;
    }

    private static bool IsKey(string column) =>
        KvColumns.Contains(column) || ChunkColumns.Contains(column) || SquareColumns.Contains(column) || BatchColumns.Contains(column)
            || column == "is_prefill";

    private static double Unit(CsvTable csv, int column) => csv.Columns[column] switch
    {
        string name when name.EndsWith("_us", StringComparison.Ordinal) => 1e-3,
        string name when name.EndsWith("_ns", StringComparison.Ordinal) => 1e-6,
        string name when name.EndsWith("_s", StringComparison.Ordinal) || name.EndsWith("_sec", StringComparison.Ordinal) => 1e3,
        _ => 1,
    };
}
