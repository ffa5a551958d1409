using System.Runtime.InteropServices;
using System.Text.Json;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The key <c>hash_ids</c>: the blocks of a prompt as whole numbers, each standing for the whole prefix up to it.</summary>
internal sealed class HashIds
{
    private readonly BlockChains _chains;
    private readonly List<long> _ids = [];

    /// <param name="prompts">Takes the prompts.</param>
    /// <param name="blocks">The blocks that the layout counts in.</param>
    public HashIds(PromptColumnBuilder prompts, TraceBlocks blocks)
    {
        prompts.Blocks = blocks;
        _chains = new BlockChains(prompts.Tree, blocks.Tokens);
    }

    /// <summary>Reads the value behind the key. False for null: nothing is known of the prompt.</summary>
    public bool Read(ref Utf8JsonReader reader, in RowPlace place)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw place.Error("a list of block ids in hash_ids", CountText.Show(reader.ValueSpan));
        _ids.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long id))
                throw place.Error("whole numbers in hash_ids", CountText.Show(reader.ValueSpan));
            _ids.Add(id);
        }
        return true;
    }

    /// <summary>The prompt whose ids were read last; -1 for a request that has no prompt.</summary>
    public int PromptOf(int input, int output, in RowPlace place) =>
        input < 1 ? -1 : _chains.Add(CollectionsMarshal.AsSpan(_ids), input, Math.Max(0, output), -1, place);
}
