namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Tables straight from Vidur's profiles, points joined by straight lines: a stand-in for its dumped predictions.</summary>
/// <remarks>
/// <para>Reads, from one folder, <c>mlp.csv</c>, <c>attention.csv</c>, <c>all_reduce.csv</c> and <c>send_recv.csv</c> (gzip or
/// not), medians,
/// milliseconds. Rows of other shapes and tensor-parallel degrees are left out. Vidur itself trains regressors on the same rows, a
/// random forest by default, so its times are steps where these are lines.</para>
/// <para>Network sizes are bytes: <c>tokens = bytes / (2 hidden)</c>. Attention that the folder does not have is asked of the
/// fallback.</para>
/// </remarks>
public sealed class ProfileTable : IOperatorTable
{
    private static readonly VidurOperator[] Compute =
    [
        VidurOperator.AttentionPreProjection, VidurOperator.AttentionPostProjection, VidurOperator.Rope, VidurOperator.InputNorm,
        VidurOperator.MlpUp, VidurOperator.MlpActivation, VidurOperator.MlpDown, VidurOperator.PostAttentionNorm, VidurOperator.Add,
    ];

    private readonly string _folder;
    private readonly IOperatorTable? _fallback;
    private readonly Curve?[] _curves = new Curve?[VidurOperators.All.Count];
    private readonly CurveFamily _decode;
    private readonly CurveFamily _prefill;
    private readonly bool _flat;

    private ProfileTable(string folder, VidurConfig config, IOperatorTable? fallback)
    {
        _folder = folder;
        _fallback = fallback;
        _flat = config.Quirks.FlatBeyondProfile;
        _decode = new CurveFamily(_flat);
        _prefill = new CurveFamily(_flat);
        string mlp = Find(folder, "mlp") ?? throw new InputException($"{folder}: expected mlp.csv or mlp.csv.gz, found {Listing(folder)}");
        ReadCompute(mlp, config);
        if (Find(folder, "attention") is { } attention)
            ReadAttention(attention, config);
        if (config.TensorParallel > 1 && Find(folder, "all_reduce") is { } reduce)
            ReadNetwork(reduce, config, VidurOperator.AllReduce, config.TensorParallel, config.TensorParallel);
        if (config.PipelineStages > 1 && Find(folder, "send_recv") is { } send)
            ReadNetwork(send, config, VidurOperator.SendReceive, null, 2);
        foreach (Curve? curve in _curves)
            curve?.Seal();
        _decode.Seal();
        _prefill.Seal();
    }

    /// <param name="fallback">Asked for what the folder does not have; null makes that an error.</param>
    /// <exception cref="InputException">No mlp.csv, no rows for the model and its parallelism, or a malformed file.</exception>
    public static ProfileTable Read(string folder, VidurConfig config, IOperatorTable? fallback = null) => new(folder, config, fallback);

    public static bool IsProfile(string folder) => Find(folder, "mlp") is not null;

    public double Milliseconds(VidurOperator op, int count)
    {
        if (_curves[(int)op] is { } curve)
            return curve.At(count);
        return Fallback(VidurOperators.NameOf(op)).Milliseconds(op, count);
    }

    public double DecodeAttention(int batch, int kvTokens) =>
        _decode.Count > 0 ? _decode.At(batch, kvTokens) : Fallback("attn_decode").DecodeAttention(batch, kvTokens);

    public double PrefillAttention(int kvTokens, long chunkSquared) =>
        _prefill.Count > 0 ? _prefill.At(kvTokens, chunkSquared) : Fallback("attn_prefill").PrefillAttention(kvTokens, chunkSquared);

    private static string? Find(string folder, string name) =>
        ((string[])[$"{name}.csv", $"{name}.csv.gz"]).Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private static string Listing(string folder) => Directory.Exists(folder)
        ? string.Join(", ",
            Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(8).DefaultIfEmpty("nothing"))
        : "no such folder";

    private static string Median(VidurOperator op) => $"time_stats_{VidurOperators.NameOf(op)}_median";

    private IOperatorTable Fallback(string what) => _fallback ?? throw new InputException($"{_folder}: no times for {what}");

    private void ReadCompute(string path, VidurConfig config)
    {
        CsvTable csv = CsvTable.Read(path);
        VidurModel model = config.Model;
        (string Column, double Value)[] keys =
        [
            ("n_head", model.QHeads), ("n_kv_head", model.KvHeads), ("n_embd", model.Hidden), ("n_expanded_embd", model.Ffn),
            ("num_tensor_parallel_workers", config.TensorParallel),
        ];
        Collect(csv, keys, config, "num_tokens", Compute);
    }

    private void ReadAttention(string path, VidurConfig config)
    {
        CsvTable csv = CsvTable.Read(path);
        VidurModel model = config.Model;
        (string Column, double Value)[] keys =
        [
            ("n_q_head", model.QHeads), ("n_kv_head", model.KvHeads), ("n_embd", model.Hidden), ("block_size", config.BlockTokens),
            ("num_tensor_parallel_workers", config.TensorParallel),
        ];
        (int batch, int chunk, int kv) = (Need(csv, "batch_size"), Need(csv, "prefill_chunk_size"), Need(csv, "kv_cache_size"));
        (int decode, int prefill) = (Need(csv, "time_stats_attn_decode_median"), Need(csv, "time_stats_attn_prefill_median"));
        int save = csv.Find(Median(VidurOperator.KvCacheSave));
        Curve saves = new(_flat);
        foreach (int row in Matching(csv, keys, config))
        {
            int tokens = csv.Whole(row, chunk);
            if (tokens == 0)
                _decode.Add(csv.Whole(row, batch), csv.Whole(row, kv), csv.Time(row, decode));
            else
                _prefill.Add(csv.Whole(row, kv), (double)tokens * tokens, csv.Time(row, prefill));
            saves.Add(Math.Max(tokens, csv.Whole(row, batch)), save < 0 || csv.IsEmpty(row, save) ? 0 : csv.Time(row, save));
        }
        _curves[(int)VidurOperator.KvCacheSave] = saves;
    }

    private void ReadNetwork(string path, VidurConfig config, VidurOperator op, int? workers, int devicesPerNode)
    {
        CsvTable csv = CsvTable.Read(path);
        (string Column, double Value)[] keys = workers is { } count
            ? [("num_workers", count), ("devices_per_node", devicesPerNode)]
            : [("devices_per_node", devicesPerNode)];
        (int size, int time) = (Need(csv, "size"), Need(csv, Median(op)));
        Curve curve = new(_flat);
        foreach (int row in Matching(csv, keys, config))
            curve.Add(csv.Number(row, size) / config.Model.Hidden / 2, csv.Time(row, time));
        _curves[(int)op] = curve;
    }

    private void Collect(CsvTable csv, (string Column, double Value)[] keys, VidurConfig config, string count, VidurOperator[] operators)
    {
        int tokens = Need(csv, count);
        int[] columns = [.. operators.Select(op => csv.Find(Median(op)))];
        List<int> rows = Matching(csv, keys, config);
        for (int i = 0; i < operators.Length; i++)
        {
            Curve curve = new(_flat);
            foreach (int row in rows)
            {
                // Norms and the residual that a model does not have are empty columns or none.
                bool absent = columns[i] < 0 || csv.IsEmpty(row, columns[i]);
                if (absent && operators[i] is not (VidurOperator.Add or VidurOperator.InputNorm or VidurOperator.PostAttentionNorm))
                    throw new InputException(
                        $"{csv.Path}: expected times in column time_stats.{VidurOperators.NameOf(operators[i])}.median, found none");
                curve.Add(csv.Whole(row, tokens), absent ? 0 : csv.Time(row, columns[i]));
            }
            _curves[(int)operators[i]] = curve;
        }
    }

    private static List<int> Matching(CsvTable csv, (string Column, double Value)[] keys, VidurConfig config)
    {
        (int Column, double Value)[] wanted = [.. keys.Select(key => (Need(csv, key.Column), key.Value))];
        List<int> rows = [.. Enumerable.Range(0, csv.Rows).Where(row => wanted.All(key => csv.Number(row, key.Column) == key.Value))];
        if (rows.Count > 0)
            return rows;
        string what = string.Join(", ", keys.Select(key => FormattableString.Invariant($"{key.Column}={key.Value}")));
        throw new InputException($"{csv.Path}: expected rows for {config.Model.Name} ({what}), found none");
    }

    private static int Need(CsvTable csv, string column)
    {
        int found = csv.Find(column);
        return found >= 0
            ? found
            : throw new InputException($"{csv.Path}:1: expected a column {column}, found {string.Join(',', csv.Header.Take(12))}");
    }
}
