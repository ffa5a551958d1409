using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload.Prefixes;

/// <summary>Chains of block ids become prompts of a tree of runs.</summary>
internal sealed class BlockChainTests
{
    /// <summary>
    /// Blocks of 512 tokens. The first two prompts share block 0; the third goes on behind the first one's two full blocks.
    /// <code>
    /// request  tokens  blocks       shared with before
    /// 0        1100    0 1 2        -
    /// 1        1024    0 3          512 (block 0)
    /// 2        1600    0 1 4 5      1024 (blocks 0 1: the partial block 2 is no part of it)
    /// </code>
    /// Runs: 0..512, then 512..1024 and 1024..1100 of request 0, 512..1024 of request 1, 1024..1600 of request 2.
    /// </summary>
    [Test]
    public void Runs_are_split_where_prompts_branch_or_end()
    {
        PromptPrefixes prefixes = Read((1100, [0, 1, 2]), (1024, [0, 3]), (1600, [0, 1, 4, 5]));
        Assert.That(prefixes.Prompt.Select(p => Path(prefixes.Tree, p)), Is.EqualTo(new[] { "512 512 76", "512 512", "512 512 576" }));
        Assert.That(prefixes.Tree.Count, Is.EqualTo(5));
        Assert.That(prefixes.Prompt.Select(p => prefixes.Tree.Depth[p]), Is.EqualTo(new[] { 1100, 1024, 1600 }));
        Assert.That(prefixes.Answer, Is.All.EqualTo(-1));
    }

    [Test]
    public void A_partial_last_block_is_shared_by_equal_filling_only()
    {
        PromptPrefixes prefixes = Read((700, [0, 1]), (700, [0, 1]), (800, [0, 1]), (1024, [0, 1]));
        Assert.That(prefixes.Prompt[1], Is.EqualTo(prefixes.Prompt[0]));
        Assert.That(prefixes.Prompt.Select(p => Path(prefixes.Tree, p)), Is.EqualTo(new[] { "512 188", "512 188", "512 288", "512 512" }));
    }

    [Test]
    public void What_no_block_covers_is_the_prompts_own()
    {
        PromptPrefixes prefixes = Read((700, [0]), (700, [0]));
        Assert.That(prefixes.Prompt[0], Is.Not.EqualTo(prefixes.Prompt[1]));
        Assert.That(prefixes.Prompt.Select(p => Path(prefixes.Tree, p)), Is.EqualTo(new[] { "512 188", "512 188" }));
    }

    [Test]
    public void A_request_without_blocks_shares_nothing_and_a_file_without_them_has_no_column()
    {
        Trace some = Load.Text(Row(600, "[0, 1]") + Row(600, null)).Trace;
        Assert.That(some.Find<PromptPrefixes>()!.Prompt, Is.EqualTo(new[] { 1, -1 }).Or.EqualTo(new[] { 0, -1 }));
        Assert.That(Load.Text(Row(600, null) + Row(600, null)).Trace.Find<PromptPrefixes>(), Is.Null);
    }

    [Test]
    public void Picked_requests_share_the_tree()
    {
        Trace trace = Load.Text(Row(600, "[0, 1]") + Row(600, "[0, 2]") + Row(600, "[3, 4]")).Trace;
        PromptPrefixes whole = trace.Find<PromptPrefixes>()!, picked = trace.Pick([2, 0], [0, 1]).Find<PromptPrefixes>()!;
        Assert.That(picked.Tree, Is.SameAs(whole.Tree));
        Assert.That(picked.Prompt, Is.EqualTo(new[] { whole.Prompt[2], whole.Prompt[0] }));
    }

    [TestCase("[0, 1, 2]", "logs/some.trace:2: expected at most 2 blocks of 512 for a prompt of 600 tokens, found 3 in hash_ids")]
    [TestCase("[1]", "logs/some.trace:2: expected block 1 behind 0 as where it came first: an id stands for the whole prefix up to it, "
        + "found it first")]
    [TestCase("[7, 1]", "logs/some.trace:2: expected block 1 behind 0 as where it came first: an id stands for the whole prefix up to it, "
        + "found it behind 7")]
    [TestCase("[7, 7]", "logs/some.trace:2: expected block 7 once: an id stands for the whole prefix up to it, found it twice in hash_ids")]
    [TestCase("[0.5]", "logs/some.trace:2: expected whole numbers as block ids in hash_ids, found '0.5'")]
    [TestCase("\"0\"", "logs/some.trace:2: expected a list of block ids in hash_ids, found '0'")]
    public void Blocks_that_contradict_are_refused_with_one_line(string ids, string message) =>
        Assert.That(Load.ErrorOf(Row(600, "[0, 1]") + Row(600, ids)), Is.EqualTo(message));

    private static PromptPrefixes Read(params (int Tokens, int[] Ids)[] prompts) =>
        Load.Text(string.Concat(prompts.Select(p => Row(p.Tokens, $"[{string.Join(", ", p.Ids)}]")))).Trace.Find<PromptPrefixes>()!;

    private static string Row(int tokens, string? ids) =>
        $"{{\"timestamp\": 0, \"input_length\": {tokens}, \"output_length\": 5{(ids is null ? "" : $", \"hash_ids\": {ids}")}}}\n";

    private static string Path(PrefixTree tree, int node) =>
        node < 0 ? "" : $"{Path(tree, tree.Parent[node])} {tree.Tokens[node]}".Trim();
}
