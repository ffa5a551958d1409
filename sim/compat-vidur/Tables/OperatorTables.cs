namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Finds and reads the tables of a configuration.</summary>
public static class OperatorTables
{
    private const int DeepestFolder = 3;

    /// <summary>
    /// Tables in <paramref name="folder"/> itself, or in the one of the folders below that is for the configuration: by a name the case
    /// gives, else by the model and the parallelism in the folder's name. Files of several configurations beside each other are told
    /// apart in the same way. Flat tables and profiles are told apart by their content.
    /// </summary>
    /// <param name="names">What the case may call its tables: folders and files of these names come first.</param>
    /// <exception cref="InputException">None or several fit, or operators are missing; the message lists what is there.</exception>
    public static IOperatorTable Read(
        string folder, VidurConfig config, IReadOnlyList<string>? names = null, IOperatorTable? fallback = null)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: expected a folder of operator tables, found none");
        IReadOnlyList<string> known = [.. (names ?? []).Select(name => VidurCatalog.BaseName(name.TrimEnd('/')))];
        string chosen = ChooseFolder(folder, config, known);
        if (ProfileTable.IsProfile(chosen))
            return ProfileTable.Read(chosen, config, fallback);
        IReadOnlyList<string> files = ChooseFiles(FlatTableReader.Files(chosen), config, known);
        OperatorTable table = new(chosen, config.Timing.MissingKey);
        foreach (string file in files)
        {
            OperatorTable one = new(file);
            FlatTableReader.Read(file, one);
            table.Merge(one);
        }
        IReadOnlyList<string> missing = table.Missing(config);
        if (missing.Count > 0)
        {
            string found = string.Join(", ", files.Select(Path.GetFileName).Take(12).DefaultIfEmpty("no table"));
            throw new InputException($"{chosen}: expected tables of {string.Join(", ", missing)} beside what was found: {found}");
        }
        return table;
    }

    private static string ChooseFolder(string folder, VidurConfig config, IReadOnlyList<string> names)
    {
        if (HasTables(folder))
            return folder;
        List<string> below = [.. Below(folder, DeepestFolder)];
        string[] named = [.. below.Where(path => names.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase))];
        if (named.Length == 1)
            return named[0];
        if (below.Count == 1)
            return below[0];
        List<string> fitting = Best(below, path => TableName.Score(Path.GetRelativePath(folder, path), config));
        if (fitting.Count == 1)
            return fitting[0];
        string known =
            string.Join(", ", below.Select(path => Path.GetRelativePath(folder, path)).Take(20).DefaultIfEmpty("no folder with tables"));
        string kind = fitting.Count == 0 ? "none fits" : "several fit";
        throw new InputException(
            $"{folder}: expected one folder of tables for {config.Model.Name}, tensor parallel {config.TensorParallel}, "
                + $"{config.PipelineStages} stages; {kind} of {known}");
    }

    /// <summary>All files, unless their names are for several configurations; files that name none belong to each.</summary>
    private static IReadOnlyList<string> ChooseFiles(IReadOnlyList<string> files, VidurConfig config, IReadOnlyList<string> names)
    {
        string[] named = [.. files.Where(file => names.Contains(CsvTable.NameOf(file), StringComparer.OrdinalIgnoreCase))];
        if (named.Length > 0)
            return named;
        List<string> best = Best(files, file => TableName.Score(CsvTable.NameOf(file), config));
        return best.Count == 0
            ? files
            : [.. files.Where(file => best.Contains(file) || TableName.Score(CsvTable.NameOf(file), config) == 0)];
    }

    /// <summary>Those with the highest score above zero.</summary>
    private static List<string> Best(IReadOnlyList<string> paths, Func<string, int?> score)
    {
        int best = paths.Select(path => score(path) ?? 0).DefaultIfEmpty(0).Max();
        return best == 0 ? [] : [.. paths.Where(path => score(path) == best)];
    }

    private static IEnumerable<string> Below(string folder, int depth) =>
        Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .SelectMany(one => HasTables(one) ? [one] : depth > 1 ? Below(one, depth - 1) : []);

    private static bool HasTables(string folder) => ProfileTable.IsProfile(folder) || FlatTableReader.Files(folder).Count > 0;
}
