namespace ELLM.Sim.Configuration;

/// <summary>A change of one setting: from a flag (typed) or from <c>--set path=value</c> (text).</summary>
/// <param name="Path">Dotted path.</param>
/// <param name="Text">The value as the user wrote it.</param>
public readonly record struct Assignment(string Path, string Text)
{
    /// <summary>Parses <c>path=value</c>.</summary>
    public static Assignment Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new InputException($"--set {text}: expected path=value, such as policy.overflow=swap");
        return new Assignment(text[..equals].Trim(), text[(equals + 1)..].Trim());
    }
}
