using ELLM.Sim.Files;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>The result directory of a sweep: its plan, a journal for each shard, and the result files when all points are there.</summary>
/// <remarks>
/// <c>plan.json</c>, <c>journal/shard-00000-of-00001.jsonl</c>, then <c>points.csv</c>, <c>groups.csv</c> and <c>sweep.json</c>.
/// Points that any shard has finished are taken over, so a sweep may go on with another number of shards.
/// </remarks>
public sealed class SweepDirectory : IDisposable
{
    private const string PlanName = "plan.json", JournalFolder = "journal", JournalExtension = ".jsonl";

    private readonly OwnerLock _owner;
    private readonly SweepJournal _journal;

    private SweepDirectory(string path, SweepPlan plan, OwnerLock owner, SweepJournal journal)
    {
        Path = path;
        Plan = plan;
        _owner = owner;
        _journal = journal;
    }

    public string Path { get; }

    public SweepPlan Plan { get; }

    /// <summary>Finished points by index, of all shards, when the directory was opened.</summary>
    public IReadOnlyDictionary<int, PointResult> Kept { get; private init; } = new Dictionary<int, PointResult>();

    /// <summary>What was wrong with journals, one line each.</summary>
    public IReadOnlyList<string> Damage { get; private init; } = [];

    /// <summary>Claims a directory for one process and one shard; makes it when it is not there.</summary>
    /// <param name="force">Start over: what the directory holds of a sweep is removed.</param>
    /// <exception cref="InputException">It belongs to another experiment or process, is no sweep's, or cannot be written.</exception>
    public static SweepDirectory Open(string path, SweepPlan plan, Shard shard, bool force) => Writing(path, () =>
    {
        Check(path, plan, force);
        string journals = System.IO.Path.Combine(path, JournalFolder);
        string own = System.IO.Path.Combine(journals, shard.FileName);
        Directory.CreateDirectory(journals);
        OwnerLock owner = OwnerLock.Acquire(own, path, "wait for it, or stop it; its points are kept");
        try
        {
            if (force)
                StartOver(path, journals, own, shard);
            if (shard == Shard.Whole)
                FileReplacement.RemovePartials(path);
            FileReplacement.WriteAll(path, [(PlanName, s => s.Write(plan.ToJson()))]);
            (SweepJournal journal, JournalContent content) = SweepJournal.Open(own + JournalExtension, plan.Sha256);
            (Dictionary<int, PointResult> kept, List<string> damage) = ReadJournals(path, plan, except: shard);
            Keep(content, plan, own + JournalExtension, kept);
            if (content.Damage is not null)
                damage.Add(content.Damage);
            return new SweepDirectory(path, plan, owner, journal) { Kept = kept, Damage = damage };
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    });

    /// <summary>Writes the plan that the tasks of a queue will check theirs against.</summary>
    /// <exception cref="InputException">The directory belongs to another experiment, is no sweep's, or cannot be written.</exception>
    public static void Prepare(string path, SweepPlan plan) => Writing(path, () =>
    {
        Check(path, plan, force: false);
        Directory.CreateDirectory(path);
        FileReplacement.WriteAll(path, [(PlanName, s => s.Write(plan.ToJson()))]);
    });

    /// <summary>What is in a directory, without claiming it.</summary>
    /// <exception cref="InputException">It is no sweep's.</exception>
    public static (SweepPlan Plan, IReadOnlyDictionary<int, PointResult> Results, IReadOnlyList<string> Damage) Read(string path)
    {
        string planFile = System.IO.Path.Combine(path, PlanName);
        if (!File.Exists(planFile))
            throw new InputException($"{path}: expected the result directory of a sweep, found no {PlanName}");
        SweepPlan plan = ReadPlan(planFile);
        (Dictionary<int, PointResult> results, List<string> damage) = ReadJournals(path, plan, except: null);
        return (plan, results, damage);
    }

    /// <summary>The number of shards the directory was filled with: the largest that any journal names, 1 when none does.</summary>
    public static int ShardCount(string path) =>
        Shards(path).Select(s => s.Shard.Count).DefaultIfEmpty(1).Max();

    /// <summary>Records a finished point.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Append(PointResult result) => Writing(Path, () => _journal.Append(result));

    /// <summary>points.csv, groups.csv and sweep.json, each complete or as it was.</summary>
    /// <param name="results">Every point, in order.</param>
    public static void Publish(string path, SweepPlan plan, IReadOnlyList<PointResult> results) =>
        Writing(path, () => FileReplacement.WriteAll(path, SweepFiles.Of(plan, results)));

    public void Dispose()
    {
        _journal.Dispose();
        _owner.Dispose();
    }

    private static void Check(string path, SweepPlan plan, bool force)
    {
        CheckKind(path, force);
        string planFile = System.IO.Path.Combine(path, PlanName);
        if (!force && File.Exists(planFile))
            CheckSame(path, plan, ReadPlan(planFile));
    }

    private static void CheckKind(string path, bool force)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InputException("output directory: expected a path, found nothing");
        if (File.Exists(path))
            throw new InputException($"output {path}: expected a directory, found a file");
        bool strange = Directory.Exists(path) && !File.Exists(System.IO.Path.Combine(path, PlanName))
            && Directory.EnumerateFileSystemEntries(path).Any(e =>
                System.IO.Path.GetFileName(e) is not (PlanName or JournalFolder or "log") && !FileReplacement.IsPartial(e));
        if (strange && !force)
            throw new InputException($"output directory {path} holds other files than a sweep's: choose another or pass --force");
    }

    private static void CheckSame(string path, SweepPlan plan, SweepPlan then)
    {
        const int Shown = 3;
        IReadOnlyList<string> changes = plan.Changes(then);
        if (changes.Count == 0)
            return;
        string more = changes.Count > Shown ? $" and {changes.Count - Shown} more" : "";
        throw new InputException($"{path} holds results of another experiment: {string.Join("; ", changes.Take(Shown))}{more}; choose another --out, or --force to start over");
    }

    private static void StartOver(string path, string journals, string own, Shard shard)
    {
        foreach (string name in SweepFiles.Names)
            File.Delete(System.IO.Path.Combine(path, name));
        if (shard == Shard.Whole)
        {
            foreach (string file in Directory.EnumerateFiles(journals, "*" + JournalExtension).ToArray())
                File.Delete(file);
        }
        File.Delete(own + JournalExtension);
    }

    private static IEnumerable<(string File, Shard Shard)> Shards(string path)
    {
        string journals = System.IO.Path.Combine(path, JournalFolder);
        if (!Directory.Exists(journals))
            yield break;
        foreach (string file in Directory.EnumerateFiles(journals, "*" + JournalExtension).Order(StringComparer.Ordinal))
        {
            if (Shard.OfFileName(System.IO.Path.GetFileNameWithoutExtension(file)) is Shard shard)
                yield return (file, shard);
        }
    }

    private static (Dictionary<int, PointResult> Results, List<string> Damage) ReadJournals(string path, SweepPlan plan, Shard? except)
    {
        Dictionary<int, PointResult> results = [];
        List<string> damage = [];
        foreach ((string file, Shard shard) in Shards(path))
        {
            if (shard == except)
                continue;
            JournalContent content = SweepJournal.Read(file, plan.Sha256);
            Keep(content, plan, file, results);
            if (content.Damage is not null)
                damage.Add(content.Damage);
        }
        return (results, damage);
    }

    private static SweepPlan ReadPlan(string file) => SweepPlan.Parse(file, FileGuard.Text(file));

    private static T Writing<T>(string path, Func<T> write) => FileGuard.Writing($"output directory {path}", write);

    private static void Writing(string path, Action write) => FileGuard.Writing($"output directory {path}", write);

    /// <summary>Lines follow the header, one a point.</summary>
    private static void Keep(JournalContent content, SweepPlan plan, string file, Dictionary<int, PointResult> results)
    {
        for (int i = 0; i < content.Results.Count; i++)
        {
            PointResult result = content.Results[i];
            if (result.Point < 0 || result.Point >= plan.Points || result.Axes.Count != plan.Axes.Count)
            {
                throw InputException.At(
                    file, i + 2, $"a point of its plan (0 to {plan.Points - 1}, {plan.Axes.Count} axes)",
                        $"point {result.Point} with {result.Axes.Count} axes; --force starts over");
            }
            results[result.Point] = result;
        }
    }
}
