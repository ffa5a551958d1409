namespace ELLM.Sim;

/// <summary>Something the user gave is wrong: a file, a value, a name. The CLI prints the message as one line and exits with 2.</summary>
/// <remarks>The message says where (file and line, or the key), what was expected and what was found.</remarks>
public sealed class InputException : Exception
{
    public InputException()
    {
    }

    public InputException(string message)
        : base(message)
    {
    }

    public InputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary><c>file:line: expected …, found …</c></summary>
    public static InputException At(string file, long line, string expected, string found) =>
        new($"{file}:{line}: expected {expected}, found {found}");
}
