namespace ELLM.Sim.Validation;

/// <summary>What a validation run is given.</summary>
/// <param name="Data">Root of the measured data: a folder with <c>profiles</c> in it, or such a profiles folder; null when there is
/// none.</param>
/// <param name="CaseFolder">One case of the reference simulator.</param>
/// <param name="TablesFolder">Operator tables of that case, or of the run.</param>
/// <param name="RunFolder">One real serving run.</param>
public sealed record ValidationContext(string? Data, string? CaseFolder = null, string? TablesFolder = null, string? RunFolder = null)
{
    private static readonly string[] Sources = ["vidur", "aiconfigurator", "llmservingsim", "e2e-serving"];

    /// <summary>A file or folder of the data below <c>profiles</c>, plain or gzip; null when it is not there.</summary>
    public string? Find(string relative)
    {
        if (Data is null)
            return null;
        string root = Path.Combine(Data, "profiles");
        string path = Path.Combine([Directory.Exists(root) ? root : Data, .. relative.Split('/')]);
        return File.Exists(path) || Directory.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;
    }

    /// <summary>Whether a folder holds measured data.</summary>
    public static bool IsData(string folder) =>
        Sources.Any(name => Directory.Exists(Path.Combine(folder, "profiles", name)) || Directory.Exists(Path.Combine(folder, name)))
        || Directory.Exists(Path.Combine(folder, "reference"));

    /// <summary>The folder <c>../shared</c> beside the repository that holds this directory or one above it; null when there is
    /// none.</summary>
    public static string? Discover(string start)
    {
        for (DirectoryInfo? at = new(start); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "ELLM.Sim.sln")))
                continue;
            for (DirectoryInfo? above = at.Parent; above is not null; above = above.Parent)
            {
                string beside = Path.Combine(above.FullName, "shared");
                if (Directory.Exists(Path.Combine(beside, "profiles")))
                    return beside;
            }
            return null;
        }
        return null;
    }
}
