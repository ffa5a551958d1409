using ELLM.Sim.Models;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Models;

[TestFixture]
internal sealed class ModelCatalogTests
{
    private static readonly string[] Dense =
    [
        "codellama-34b", "codellama-7b", "deepseek-coder-6.7b", "granite-3.1-2b", "granite-3.1-8b", "llama-2-13b", "llama-2-70b",
        "llama-2-7b", "llama-3-8b", "llama-3-8b-262k", "llama-3.1-405b", "llama-3.1-70b", "llama-3.1-8b", "llama-3.2-1b",
        "llama-3.2-3b", "mistral-7b", "mistral-nemo-12b", "mpt-30b", "opt-125m", "opt-13b", "opt-66b", "phi-4-14b",
        "qwen2.5-0.5b", "qwen2.5-1.5b", "qwen2.5-14b", "qwen2.5-7b", "qwen3-0.6b", "qwen3-14b", "qwen3-32b", "qwen3-8b", "yi-34b",
        "yi-34b-200k", "yi-6b-200k",
    ];

    private static readonly string[] Others =
    [
        "deepseek-v2-lite", "deepseek-v2.5", "deepseek-v3", "deepseek-v3.2", "gemma-2-27b", "gemma-2-2b", "gemma-2-9b",
        "gemma-3-12b", "gemma-3-27b", "gemma-3-4b", "gemma-4-26b-a4b", "glm-4.5", "glm-4.5-air", "glm-5", "gpt-oss-120b",
        "gpt-oss-20b", "granite-4.0-h-small", "granite-vision-3.3-2b", "jamba-v0.1", "kimi-k2", "kimi-k2.5", "llama-4-maverick",
        "llama-4-scout", "mimo-v2-flash", "minimax-m2.5", "mistral-small-3.1-24b", "mixtral-8x22b", "mixtral-8x7b",
        "nemotron-3-nano-30b-a3b", "nemotron-h-8b", "qwen2-7b", "qwen2.5-32b", "qwen2.5-72b", "qwen2.5-omni-7b",
        "qwen3-235b-a22b", "qwen3-235b-a22b-fp8", "qwen3-30b-a3b", "qwen3-coder-480b-a35b", "qwen3-next-80b-a3b",
        "qwen3.5-122b-a10b", "qwen3.5-27b", "qwen3.5-35b-a3b", "qwen3.5-397b-a17b",
    ];

    [Test]
    public void Names_shipped_are_those_wanted() => Assert.That(ModelCatalog.Names, Is.EquivalentTo(Dense.Concat(Others)));

    [TestCaseSource(nameof(Others))]
    public void Load_every_other_shipped_name_is_named_like_its_file_and_has_its_hub_name(string name)
    {
        ModelSpec model = ModelCatalog.Load(name);
        Assert.That((model.Name, model.Source.Length > 0, model.Hub?.Count > 0, model.Understood), Is.EqualTo((name, true, true, (string?)null)));
    }

    [TestCaseSource(nameof(Dense))]
    public void Load_every_shipped_name_is_named_like_its_file_and_consistent(string name)
    {
        ModelSpec model = ModelCatalog.Load(name);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Name, Is.EqualTo(name));
            Assert.That(model.Source, Is.Not.Empty);
            // Models whose heads together are not as wide as the residual stream.
            Assert.That(model.QHeads * model.HeadDim, Is.EqualTo(name switch
            {
                "qwen3-32b" => 8192,
                "qwen3-0.6b" => 2048,
                "mistral-nemo-12b" => 4096,
                _ => model.Hidden,
            }));
            Assert.That(model.CanShard(2), Is.True);
        }
    }

    [Test]
    public void Load_other_case_is_the_same_model() =>
        Assert.That(ModelCatalog.Load("Llama-3.1-8B"), Is.EqualTo(ModelCatalog.Load("llama-3.1-8b")));

    [Test]
    public void Load_unknown_name_says_which_was_probably_meant()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = ModelCatalog.Load("lama-3.1-8b"));
        Assert.That(refused!.Message, Does.StartWith("unknown model 'lama-3.1-8b' (did you mean 'llama-3.1-8b'?); known: codellama-34b, "));
    }

    [Test]
    public void Load_missing_file_says_so()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = ModelCatalog.Load("no/such.json"));
        Assert.That(refused!.Message, Is.EqualTo("no/such.json: no such model file"));
    }

    [Test]
    public void Load_users_file_is_read()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "users-model.json");
        File.WriteAllText(path, Json());
        try
        {
            ModelSpec model = ModelCatalog.Load(path);
            Assert.That((model.Name, model.WeightElementBytes, model.QkNorm), Is.EqualTo(("mine", 2, false)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Parse_unknown_key_names_file_line_and_nearest_key() =>
        Refused(Json().Replace("\"layers\"", "\"layrs\"", StringComparison.Ordinal),
            "mine.json:4: unknown key 'layrs' (did you mean 'layers'?)");

    [Test]
    public void Parse_missing_key_names_it() =>
        Refused(Json().Replace("  \"hidden\": 64,\n", "", StringComparison.Ordinal), "mine.json:12: missing hidden");

    [Test]
    public void Parse_text_for_a_number_names_line_and_key() =>
        Refused(Json().Replace("64", "\"wide\"", StringComparison.Ordinal), "mine.json:5: hidden: expected a whole number");

    [TestCase("\"kv_heads\": 2", "\"kv_heads\": 3", "mine.json:8: kv_heads: expected a divisor of q_heads 4, found 3")]
    [TestCase("\"layers\": 2", "\"layers\": -2", "mine.json:4: layers: expected 1 to 100000000, found -2")]
    public void Parse_impossible_value_names_line_key_and_what_is_expected(string good, string bad, string message) =>
        Refused(Json().Replace(good, bad, StringComparison.Ordinal), message);

    [Test]
    public void Parse_truncated_names_the_line()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = ModelCatalog.Parse("mine.json", Json()[..60]));
        Assert.That(refused!.Message, Does.StartWith("mine.json:"));
    }

    [Test]
    public void Parse_duplicate_key_is_refused()
    {
        string twice = Json().Replace("\"layers\": 2,", "\"layers\": 2, \"layers\": 3,", StringComparison.Ordinal);
        InputException? refused = Assert.Throws<InputException>(() => _ = ModelCatalog.Parse("mine.json", twice));
        Assert.That(refused!.Message, Does.StartWith("mine.json:4: ").And.Contain("layers"));
    }

    private static void Refused(string json, string message)
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = ModelCatalog.Parse("mine.json", json));
        Assert.That(refused!.Message, Is.EqualTo(message));
    }

    private static string Json() => """
        {
          "name": "mine",
          "source": "test",
          "layers": 2,
          "hidden": 64,
          "ffn": 128,
          "q_heads": 4,
          "kv_heads": 2,
          "head_dim": 16,
          "vocab": 100,
          "max_model_len": 32,
          "gated": true
        }
        """;
}
