using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Tests.Fuzz;

/// <summary>JSON that stays JSON: values of another kind or size, keys that are gone, strange or there twice, nulls, elements too
/// many.</summary>
internal static class JsonMutations
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "1e-320", "1e999", "-1e308", "1e18", "9223372036854775807", "18446744073709551616", "2147483648",
            "0.5", "-0.0", "\"\"", "\"x\"",
        "\"../../../x\"", "\"\\u001b[31m\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[null]", "{\"\":null}", "[[[[]]]]", "\"table:\"",
            "\"1e9\"", "\"a.b\"",
    ];

    private static readonly string[] Keys = ["", "a.b", "a['b']", "$schema", "kind", "name", "x\u2028y", "\u001b", "é", "[0]"];

    private const string Mark = "@@";

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false
    };

    public static byte[] Apply(byte[] input, RandomStream random)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(input, documentOptions: Lenient);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ByteMutations.Apply(input, random);
        }
        try
        {
            return Changed(root, random);
        }
        catch (InvalidOperationException)
        {
            // Half a character of an earlier step: a tree cannot write it.
            return ByteMutations.Apply(input, random);
        }
    }

    private static byte[] Changed(JsonNode? root, RandomStream random)
    {
        List<JsonNode> nodes = [];
        Collect(root, nodes);
        if (nodes.Count == 0)
            return Encoding.UTF8.GetBytes(Mutator.Pick(random, Values));
        string? twice = Change(Mutator.Pick(random, nodes), random);
        string text = root!.ToJsonString();
        for (int i = 0; i < Values.Length; i++)
            text = text.Replace($"\"{Mark}{i}\"", Values[i], StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(twice is null ? text : text.Insert(text.LastIndexOf('}'), twice));
    }

    /// <summary>Objects and arrays.</summary>
    private static void Collect(JsonNode? node, List<JsonNode> nodes)
    {
        switch (node)
        {
            case JsonObject tree:
                nodes.Add(tree);
                foreach ((_, JsonNode? value) in tree)
                    Collect(value, nodes);
                break;
            case JsonArray list:
                nodes.Add(list);
                foreach (JsonNode? value in list)
                    Collect(value, nodes);
                break;
        }
    }

    /// <summary>Text to put before the last brace, for a key that stands there twice: a tree cannot hold it.</summary>
    private static string? Change(JsonNode node, RandomStream random)
    {
        if (node is JsonArray list)
        {
            ChangeList(list, random);
            return null;
        }
        JsonObject tree = (JsonObject)node;
        string[] keys = [.. tree.Select(p => p.Key)];
        if (keys.Length == 0)
        {
            tree[Mutator.Pick(random, Keys)] = Value(random);
            return null;
        }
        string key = Mutator.Pick(random, keys);
        switch (random.NextBelow(6))
        {
            case 0:
                tree.Remove(key);
                break;
            case 1:
                tree[Mutator.Pick(random, Keys)] = Value(random);
                break;
            case 2:
                JsonNode? moved = tree[key];
                tree.Remove(key);
                tree[Mutator.Pick(random, Keys)] = moved;
                break;
            case 3:
                return $",{JsonValue.Create(key).ToJsonString()}:{Mutator.Pick(random, Values)}";
            default:
                tree[key] = Value(random);
                break;
        }
        return null;
    }

    private static void ChangeList(JsonArray list, RandomStream random)
    {
        int at = (int)random.NextBelow((ulong)list.Count + 1);
        switch (random.NextBelow(4))
        {
            case 0 when at < list.Count:
                list.RemoveAt(at);
                break;
            case 1 when at < list.Count:
                list.Insert(at, list[at]?.DeepClone());
                break;
            case 2 when at < list.Count:
                list[at] = Value(random);
                break;
            default:
                list.Insert(at, Value(random));
                break;
        }
    }

    /// <summary>Stands for one of <see cref="Values"/> until the tree is text: not all of them can be in a tree.</summary>
    private static JsonValue Value(RandomStream random) =>
        JsonValue.Create(FormattableString.Invariant($"{Mark}{random.NextBelow((ulong)Values.Length)}"));
}
