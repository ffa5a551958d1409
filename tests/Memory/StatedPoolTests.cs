using ELLM.Sim.Configuration;
using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

/// <summary>A stated pool is the same bytes under every layout.</summary>
internal sealed class StatedPoolTests
{
    /// <summary>2,588 blocks of 16 tokens of 128 KiB each: 41,408 tokens, 5.05 GiB, of which mapped layouts take whole chunks.</summary>
    [TestCaseSource(typeof(PresetCatalog), nameof(PresetCatalog.Names))]
    public void Blocks_are_the_same_bytes_for_every_policy(string policy)
    {
        Deployment stated = Deployment.Resolve(Config(policy, "memory.kv_blocks", "2588"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stated.Budget.KvTokens, Is.EqualTo(41_408));
            Assert.That(stated.Budget.KvBytes, Is.EqualTo(41_408L * 131_072));
            Assert.That(stated.KvPoolBytes, Is.EqualTo(Deployment.Resolve(Config(policy, "memory.kv_tokens", "41408")).KvPoolBytes));
        }
    }

    [Test]
    public void Blocks_of_two_sizes_are_no_comparison()
    {
        using ScratchFolder folder = new();
        string wide = Path.Combine(folder.Path, "wide.json");
        File.WriteAllText(wide, Architecture.SourceTree.Text("configs/policies/vllm.json")
            .Replace("\"name\": \"vllm\"", "\"name\": \"wide\"", StringComparison.Ordinal)
            .Replace("\"block_tokens\": 16", "\"block_tokens\": 32", StringComparison.Ordinal));
        (int code, string output, string error) = Ellm.Run(
            "compare", "--limit", "5", "--policies", "vllm," + wide, "--set", "memory.kv_blocks=2588");
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain("the policies' blocks hold 16 and 32 tokens").And.Contain("state memory.kv_tokens"));
    }

    /// <summary>60 blocks are 960 tokens; a chunk of 2 MiB in each of 32 layers holds 1,024 keys or values.</summary>
    [Test]
    public void A_pool_smaller_than_a_chunk_says_so()
    {
        (int code, string output, string error) = Ellm.Run(
            "compare", "--limit", "5", "--policies", "vtensor", "--set", "memory.kv_blocks=60");
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain("vtensor: the stated KV pool of 960 tokens is less than one chunk of 1024 tokens"));
    }

    private static RunConfig Config(string policy, string setting, string value) => ConfigBinder.Bind(
        PresetCatalog.Load(policy),
        [new Assignment("gpu", "a100-80"), new Assignment("model", "llama-3.1-8b"), new Assignment(setting, value)]);
}
