using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>Other programs' words for the same thing do the same.</summary>
internal sealed class WordsPeopleTryTests
{
    private static readonly string[] Small = ["compare", "chat", "--limit", "30", "--policies", "vllm,ellm", "--no-oracle", "--quiet"];

    [TestCase("--request-rate 3", "--rate 3")]
    [TestCase("--num-prompts 20", "--limit 20")]
    [TestCase("--tensor-parallel-size 2", "--tp 2")]
    [TestCase("--json", "--format json")]
    [TestCase("--gpu A100", "--gpu a100-80")]
    [TestCase("--gpu H100", "--gpu h100")]
    [TestCase("--slo ttft=1s --slo tpot=50ms", "--slo ttft=1s,tpot=50ms")]
    [TestCase("--policies vllm --policies ellm", "--policies vllm,ellm")]
    [TestCase("--policy vllm,ellm", "--policies vllm,ellm")]
    public void Both_print_the_same(string tried, string own)
    {
        string Out(string words)
        {
            string[] given = words.Split(' ');
            (int code, string output, string error) = Ellm.Run([.. Without(given[0]), .. given]);
            Assert.That((code, error), Is.EqualTo((0, "")));
            return output;
        }
        Assert.That(Out(tried), Is.EqualTo(Out(own)).And.Not.Empty);
    }

    [TestCase("-o")]
    [TestCase("--output")]
    public void Results_go_where_the_word_says(string word)
    {
        using ScratchFolder folder = new();
        Assert.That(Ellm.Run([.. Small, word, folder.In("here"), "--no-report"]).Code, Is.Zero);
        Assert.That(File.Exists(folder.In("here/summary.csv")));
    }

    [Test]
    public void Capacity_and_plan_take_the_words_of_compare()
    {
        string[] rest = ["--limit", "20", "--policies", "vllm", "--slo", "ttft=9s,tpot=1s", "--format", "csv", "--quiet", "--seeds", "1"];
        string Plan(params string[] words) => Ellm.Run(["plan", "chat", "--max-gpus", "1", .. rest, .. words]).Out;
        string Capacity(params string[] words) => Ellm.Run(["capacity", "chat", "--finite", "--tolerance", "0.2", .. rest, .. words]).Out;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Plan("--gpu", "A100,h100", "--tp", "1"), Is.EqualTo(Plan("--gpus", "a100-80,h100", "--tps", "1"))
                .And.Contains("h100"));
            Assert.That(Capacity("--slo-share", "0.5"), Is.EqualTo(Capacity("--attainment", "0.5")).And.Contains("0.5"));
        }
    }

    [TestCase("unknown option '--tensor' (did you mean '--tensor-parallel-size'?)", "compare", "--tensor", "2")]
    [TestCase("unknown gpu 'H10' (did you mean 'h100'?)", "compare", "--gpu", "H10")]
    [TestCase("unknown policy 'VLLM-V' (did you mean 'vllm-v1'?)", "compare", "--policies", "VLLM-V")]
    public void Suggestions_look_at_the_beginning_first(string expected, params string[] args) =>
        Assert.That(Ellm.Run(args).Error, Does.Contain(expected));

    /// <summary>The short command without the option that the words give.</summary>
    private static IEnumerable<string> Without(string option)
    {
        string[] same = option switch
        {
            "--policy" or "--policies" => ["--policies"],
            "--num-prompts" or "--limit" => ["--limit"],
            _ => [],
        };
        for (int i = 0; i < Small.Length; i++)
        {
            if (same.Contains(Small[i]))
                i++;
            else
                yield return Small[i];
        }
    }
}
