namespace ELLM.Sim.Models.Hub;

/// <summary>Names of published weights: <c>owner/name</c>.</summary>
internal static class HubName
{
    /// <summary>Owner and name; null when the text is no hub name but a path or a plain name.</summary>
    public static (string Owner, string Name)? Parts(string text)
    {
        string[] parts = text.Split('/');
        bool plain = parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0 && parts[0][0] != '.' && !text.Contains('\\');
        return plain && !text.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? (parts[0], parts[1]) : null;
    }
}
