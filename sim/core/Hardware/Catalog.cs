using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ELLM.Sim.Files;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Hardware;

/// <summary>A folder of named JSON files that travel inside the library, open to a user's own file of the same form.</summary>
/// <remarks>
/// Strict: unknown keys, missing keys and values out of range are refused with file, line and key. A name is looked up without
/// regard to case; anything with a directory separator or ending in <c>.json</c> is a path.
/// </remarks>
/// <param name="kind">What an entry is, for messages: <c>model</c>.</param>
/// <param name="folder">Folder below configs.</param>
/// <param name="type">Source-generated contract of the entry.</param>
/// <param name="check">First fault of a parsed entry, or null.</param>
public sealed class Catalog<T>(string kind, string folder, JsonTypeInfo<T> type, Func<T, CatalogFault?> check)
    where T : class
{
    private readonly string _prefix = $"configs/{folder}/";

    private string[]? _names;

    /// <summary>Names of the shipped entries in ordinal order.</summary>
    public IReadOnlyList<string> Names => _names ??= ListNames();

    /// <summary>The shipped entry of that name, or the entry in the user's file at that path.</summary>
    /// <exception cref="InputException">Unknown name, unreadable file, or a fault in it.</exception>
    public T Load(string nameOrPath)
    {
        (string source, string json) = Read(nameOrPath);
        return Parse(source, json);
    }

    /// <summary>The text of an entry, and what messages call its file.</summary>
    /// <exception cref="InputException">Unknown name or unreadable file.</exception>
    public (string Source, string Json) Read(string nameOrPath)
    {
        if (IsPath(nameOrPath))
            return (nameOrPath, ReadFile(nameOrPath));
        string? name = Names.FirstOrDefault(known => known.Equals(nameOrPath, StringComparison.OrdinalIgnoreCase));
        if (name is null)
            throw new InputException(NearestName.Message(kind, nameOrPath, Names));
        return ($"{_prefix}{name}.json", ReadResource($"{_prefix}{name}.json"));
    }

    /// <summary>Parses and checks one entry; <paramref name="source"/> names it in messages.</summary>
    public T Parse(string source, string json)
    {
        T entry;
        try
        {
            JsonTexts.Check(source, Encoding.UTF8.GetBytes(json));
            entry = JsonSerializer.Deserialize(json, type)
                ?? throw InputException.At(source, 1, $"a {kind}", "null");
        }
        catch (JsonException fault)
        {
            throw CatalogFault.FromJson(source, json, type, fault);
        }
        catch (NotSupportedException fault)
        {
            throw CatalogFault.WithoutKind(source, type, fault);
        }
        if (NullElement.In(entry, type) is { } hole)
            throw hole.At(source, Encoding.UTF8.GetBytes(json));
        return check(entry) is { } wrong ? throw wrong.At(source, json) : entry;
    }

    /// <summary>Told apart by the text alone: a separator, or <c>.json</c> at the end.</summary>
    internal static bool IsPath(string nameOrPath) =>
        nameOrPath.Contains('/', StringComparison.Ordinal)
        || nameOrPath.Contains('\\', StringComparison.Ordinal)
        || nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private string ReadFile(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path}: expected a {kind} file, found a directory");
        if (!File.Exists(path))
            throw new InputException($"{path}: no such {kind} file");
        return FileGuard.Text(path);
    }

    private static string ReadResource(string name)
    {
        using Stream stream = typeof(Catalog<T>).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"resource {name} is listed but absent");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private string[] ListNames()
    {
        Assembly assembly = typeof(Catalog<T>).Assembly;
        string[] names =
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(_prefix, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
                .Select(name => name[_prefix.Length..^".json".Length])
                .Where(name => !name.Contains('/', StringComparison.Ordinal)),
        ];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}
