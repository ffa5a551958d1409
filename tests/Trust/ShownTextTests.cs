using NUnit.Framework;

namespace ELLM.Sim.Tests.Trust;

/// <summary>Names come from files: they must not move a cursor, hide text or fill a screen.</summary>
internal sealed class ShownTextTests
{
    [TestCase("plain ü €", "plain ü €")]
    [TestCase("\u001b[31mred", "?[31mred")]
    [TestCase("a\nb\rc\td", "a?b?c?d")]
    [TestCase("\u0085\u2028\u2029", "???")]
    [TestCase("abc\u202Edef\u2066", "abc?def?")]
    [TestCase("\u0000", "?")]
    public void What_a_terminal_would_act_on_becomes_a_question_mark(string text, string shown)
    {
        Assert.That(ShownText.Of(text), Is.EqualTo(shown));
        Assert.That(ShownText.IsPlain(text), Is.EqualTo(text == shown));
    }

    [Test]
    public void Long_text_ends_with_an_ellipsis() => Assert.That(ShownText.Of("abcdef", 3), Is.EqualTo("abc…"));

    [Test]
    public void Half_a_character_is_shown_as_it_is() => Assert.That(ShownText.Of("\ud83d\ude00"), Is.EqualTo("\ud83d\ude00"));
}
