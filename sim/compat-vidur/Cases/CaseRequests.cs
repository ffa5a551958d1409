using ELLM.Sim.Compat.Vidur.Tables;

namespace ELLM.Sim.Compat.Vidur.Cases;

/// <summary>Columns of the requests of a case and of the results the reference gave for them, by name.</summary>
internal static class CaseRequests
{
    private static readonly string[] Id = ["request_id", "id", "req_id", "request", "index"];
    private static readonly string[] Arrival = ["arrived_at", "arrival", "arrival_time", "arrived", "arrival_at", "time"];
    private static readonly string[] Prompt =
        ["num_prefill_tokens", "request_num_prefill_tokens", "prefill_tokens", "prompt_tokens", "input_tokens", "prompt", "prefill", "p"];

    private static readonly string[] Output =
        ["num_decode_tokens", "request_num_decode_tokens", "decode_tokens", "output_tokens", "output", "decode", "d"];

    // Times of the simulation.
    private static readonly string[] Scheduled = ["scheduled_at", "first_scheduled", "first_scheduled_at", "scheduled",
        "first_scheduled_time", "first_sched", "first_schedule", "schedule"];
    private static readonly string[] Token = ["prefill_completed_at", "first_token", "first_token_at", "first_token_time",
        "prefill_completed", "prefill_end", "prefill_complete", "prefill_done"];
    private static readonly string[] Finish = ["completed_at", "finished_at", "finish", "finished", "completed", "finish_time", "end",
        "completion_time", "finish_at", "completion", "done", "finished_time"];

    // Times since arrival.
    private static readonly string[] Delay = ["request_scheduling_delay", "scheduling_delay", "schedule_delay", "queue_time"];
    private static readonly string[] Ttft = ["prefill_e2e_time", "ttft", "prefill_time_e2e"];
    private static readonly string[] EndToEnd = ["request_e2e_time", "e2e_time", "e2e", "e2e_latency"];

    private static readonly string[] Restarts = ["request_num_restarts", "num_restarts", "restarts", "num_preemptions", "preemptions"];
    private static readonly string[] Iterations = ["num_iterations", "iterations", "request_num_iterations", "num_batches", "batches"];

    private static readonly (string Ending, double PerSecond)[] Units =
        [("_s", 1), ("_sec", 1), ("_seconds", 1), ("_ms", 1e3), ("_us", 1e6), ("_ns", 1e9), ("_ps", 1e12)];

    public const string ExpectedRequests = "arrived_at,num_prefill_tokens,num_decode_tokens";

    public const string ExpectedResults =
        "Request Id with scheduled_at,prefill_completed_at,completed_at or request_scheduling_delay,prefill_e2e_time,request_e2e_time";

    public static bool HasRequests(CsvTable csv) => Find(csv, Arrival) >= 0 && Find(csv, Prompt) >= 0 && Find(csv, Output) >= 0;

    public static bool HasResults(CsvTable csv) =>
        (Find(csv, Finish) >= 0 || Find(csv, EndToEnd) >= 0) && (Find(csv, Token) >= 0 || Find(csv, Ttft) >= 0);

    /// <summary>Requests in the order of the file, and the id of each: its row when there is no column of ids.</summary>
    public static (VidurArrival[] Requests, int[] Ids) ReadRequests(CsvTable csv)
    {
        (int id, int arrival, int prompt, int output) = (Find(csv, Id), Find(csv, Arrival), Find(csv, Prompt), Find(csv, Output));
        VidurArrival[] requests = new VidurArrival[csv.Rows];
        int[] ids = new int[csv.Rows];
        for (int row = 0; row < csv.Rows; row++)
        {
            requests[row] = new VidurArrival(Seconds(csv, row, arrival), csv.Whole(row, prompt), csv.Whole(row, output));
            ids[row] = id < 0 ? row : csv.Whole(row, id);
        }
        if (ids.Distinct().Count() != ids.Length)
            throw new InputException($"{csv.Path}: expected one row a request, found an id twice");
        return requests.Length > 0
            ? (requests, ids)
            : throw new InputException($"{csv.Path}: expected requests below the header, found none");
    }

    /// <summary>A result for each request, in the order of the requests; null where the file has no row for it.</summary>
    public static VidurReference?[] ReadResults(CsvTable csv, VidurArrival[] requests, int[] ids)
    {
        int id = Find(csv, Id);
        Dictionary<int, int> places = [];
        for (int i = 0; i < ids.Length; i++)
            places.Add(ids[i], i);
        int shift = id < 0 ? 0 : Shift(csv, id, places);
        VidurReference?[] results = new VidurReference?[requests.Length];
        for (int row = 0; row < csv.Rows; row++)
        {
            if (!places.TryGetValue(id < 0 ? row : csv.Whole(row, id) - shift, out int place))
                throw id < 0
                    ? InputException.At(csv.Path, row + 2, $"{ids.Length} rows", "more")
                    : csv.Wrong(row, id, $"the id of one of {ids.Length} requests");
            double arrival = requests[place].ArrivedAtS;
            results[place] = new VidurReference(
                Instant(csv, row, Scheduled, Delay, arrival),
                Instant(csv, row, Token, Ttft, arrival),
                Instant(csv, row, Finish, EndToEnd, arrival),
                Count(csv, row, Restarts),
                Count(csv, row, Iterations));
        }
        return results;
    }

    /// <summary>Results that count from one where requests count from zero.</summary>
    private static int Shift(CsvTable csv, int id, Dictionary<int, int> places)
    {
        bool shifted = false;
        for (int row = 0; row < csv.Rows; row++)
        {
            int found = csv.Whole(row, id);
            if (found == 0)
                return 0;
            shifted |= !places.ContainsKey(found) && places.ContainsKey(found - 1);
        }
        return shifted ? 1 : 0;
    }

    private static double? Instant(CsvTable csv, int row, string[] absolute, string[] sinceArrival, double arrival)
    {
        if (Value(csv, row, absolute) is { } at)
            return at;
        return arrival + Value(csv, row, sinceArrival);
    }

    private static double? Value(CsvTable csv, int row, string[] names)
    {
        int column = Find(csv, names);
        return column < 0 || IsNothing(csv, row, column) ? null : Seconds(csv, row, column);
    }

    private static int? Count(CsvTable csv, int row, string[] names)
    {
        int column = Find(csv, names);
        return column < 0 || IsNothing(csv, row, column) ? null : csv.Whole(row, column);
    }

    private static bool IsNothing(CsvTable csv, int row, int column) =>
        csv.Text(row, column).ToLowerInvariant() is "" or "nan" or "none" or "null";

    /// <summary>By name; then with a unit's ending; then with a letter for time before it (<c>t_finish</c>).</summary>
    private static int Find(CsvTable csv, string[] names)
    {
        int found = csv.Find(names);
        if (found >= 0)
            return found;
        found = csv.Find([.. names.SelectMany(name => Units.Select(unit => name + unit.Ending))]);
        return found >= 0
            ? found
            : csv.Find([.. names.SelectMany(name => Units.Select(unit => $"t_{name}{unit.Ending}").Prepend($"t_{name}"))]);
    }

    /// <summary>Seconds, unless the column's name ends in another unit.</summary>
    private static double Seconds(CsvTable csv, int row, int column)
    {
        double value = csv.Time(row, column);
        foreach ((string ending, double perSecond) in Units)
        {
            if (csv.Columns[column].EndsWith(ending, StringComparison.Ordinal) && perSecond != 1)
                return value / perSecond;
        }
        return value;
    }
}
