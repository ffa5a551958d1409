using System.Text.Json.Nodes;
using ELLM.Sim.Files;

namespace ELLM.Sim.Plots.Report;

/// <summary>The JSON file beside the tables of a result directory.</summary>
internal static class JsonFile
{
    /// <summary>Empty when it is not there: a page can do without it.</summary>
    /// <exception cref="InputException">It is not a JSON object.</exception>
    public static JsonObject Load(string file)
    {
        if (!File.Exists(file))
            return [];
        return JsonTexts.Tree(file, FileGuard.Text(file)) as JsonObject ?? throw new InputException($"{file}: expected a JSON object");
    }
}
