using System.Text.Json;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The key <c>hash_ids</c>, which says what a prompt begins with.</summary>
internal interface IHashIds
{
    /// <summary>Reads the value behind the key. False for null: nothing is known of the prompt.</summary>
    bool Read(ref Utf8JsonReader reader, in RowPlace place);

    /// <summary>The prompt whose ids were read last, by its number in the tree.</summary>
    /// <param name="before">Prompt of the session's turn before; -1: none.</param>
    int PromptOf(int input, int output, int before, in RowPlace place);
}

/// <summary>Blocks of a prompt as whole numbers, each standing for the whole prefix up to it.</summary>
internal sealed class BlockIds : IHashIds
{
    private readonly BlockChains _chains;
    private readonly List<long> _ids = [];

    /// <param name="prompts">Takes the prompts.</param>
    /// <param name="blocks">The blocks that the layout counts in.</param>
    public BlockIds(PromptColumnBuilder prompts, TraceBlocks blocks)
    {
        prompts.Blocks = blocks;
        _chains = new BlockChains(prompts.Tree, blocks.Tokens);
    }

    public bool Read(ref Utf8JsonReader reader, in RowPlace place)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        _ids.Clear();
        ReadInto(_ids, ref reader, "block ids in hash_ids", place);
        return true;
    }

    public int PromptOf(int input, int output, int before, in RowPlace place) =>
        _chains.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids), input, output, before, place);

    /// <summary>A list of whole numbers, at whose beginning the reader stands.</summary>
    public static void ReadInto(List<long> ids, ref Utf8JsonReader reader, string what, in RowPlace place)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw place.Error($"a list of {what}", CountText.Show(reader.ValueSpan));
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long id))
                throw place.Error($"whole numbers as {what}", CountText.Show(reader.ValueSpan));
            ids.Add(id);
        }
    }
}

/// <summary>Parts of a prompt by kind: system prompt, passages, history, web search, question. They stand in this order.</summary>
internal sealed class PartIds(PromptColumnBuilder prompts, IReadOnlyDictionary<long, int> tokensOf) : IHashIds
{
    private static readonly string[] Kinds = ["sys_prompt", "passages_ids", "history", "web_search", "user_input"];

    private readonly PartChains _chains = new(prompts.Tree, tokensOf);
    private readonly List<long>[] _parts = [.. Kinds.Select(_ => new List<long>())];

    public bool Read(ref Utf8JsonReader reader, in RowPlace place)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw place.Error("parts by kind in hash_ids", CountText.Show(reader.ValueSpan));
        foreach (List<long> parts in _parts)
            parts.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int kind = Array.IndexOf(Kinds, reader.GetString());
            reader.Read();
            if (kind < 0)
                reader.Skip();
            else
                BlockIds.ReadInto(_parts[kind], ref reader, $"parts in {Kinds[kind]}", place);
        }
        return true;
    }

    public int PromptOf(int input, int output, int before, in RowPlace place) =>
        _chains.Add([.. _parts.SelectMany(p => p)], input, output, place);
}
