using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ELLM.Sim;

/// <summary>
/// What JSON files must be beyond the grammar: no key twice in an object, no half characters, no number beyond a double, no control
/// characters in texts.
/// </summary>
/// <remarks>
/// Which of two equal keys is meant cannot be known, and the parsers below do not agree on it. Texts end in tables, in file names and on
/// terminals.
/// </remarks>
public static class JsonTexts
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The file as a tree.</summary>
    /// <param name="source">What messages call the file.</param>
    /// <exception cref="InputException">Not JSON.</exception>
    public static JsonNode? Tree(string source, string json)
    {
        Check(source, Encoding.UTF8.GetBytes(json));
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException e)
        {
            string what = e.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0];
            throw new InputException($"{source}:{(e.LineNumber ?? 0) + 1}: not JSON: {what}", e);
        }
    }

    /// <summary>Refuses what the class says, with file and line.</summary>
    /// <remarks>What is no JSON is passed: the parser that follows says so in its own words.</remarks>
    /// <exception cref="InputException">The first fault.</exception>
    public static void Check(string source, ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, Lenient);
        Stack<HashSet<string>> objects = [];
        string key = "";
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects.Push(new HashSet<string>(StringComparer.Ordinal));
                        break;
                    case JsonTokenType.EndObject:
                        objects.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        key = reader.GetString()!;
                        if (!objects.Peek().Add(key))
                            throw At(source, json, reader, key, "each key once, found it twice");
                        if (!ShownText.IsPlain(key))
                            throw At(source, json, reader, key, "a key without control characters");
                        break;
                    case JsonTokenType.Number when !(reader.TryGetDouble(out double number) && double.IsFinite(number)):
                        throw At(source, json, reader, key, $"a number up to 1.8e308, found "
                            + $"{ShownText.Of(Encoding.UTF8.GetString(reader.ValueSpan), 40)}");
                    case JsonTokenType.String when reader.GetString()!.Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' ') is var text
                        && !ShownText.IsPlain(text):
                        throw At(source, json, reader, key, $"text without control characters, found '{ShownText.Of(text, 40)}'");
                }
            }
        }
        catch (JsonException)
        {
            // The caller's parser meets it too.
        }
        catch (InvalidOperationException)
        {
            throw At(source, json, reader, key, "Unicode text, found half a character");
        }
    }

    private static InputException At(string source, ReadOnlySpan<byte> json, Utf8JsonReader reader, string key, string expected)
    {
        long line = json[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1;
        return new InputException($"{source}:{line}: {ShownText.Of(key, 40)}: expected {expected}");
    }
}
