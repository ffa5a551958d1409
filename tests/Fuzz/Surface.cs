namespace ELLM.Sim.Tests.Fuzz;

/// <summary>What the inputs of a surface are made of, for mutations that keep most of it whole.</summary>
internal enum Shape
{
    Json,

    /// <summary>Lines of cells or of JSON objects.</summary>
    Lines,
}

/// <summary>One way for a file to come in: a reader, and good inputs to start from.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Seeds">Inputs that are read without complaint.</param>
/// <param name="Read">Reads and uses the input. An <see cref="InputException"/> is a good answer, every other one is a bug.</param>
internal sealed record Surface(string Name, Shape Shape, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read)
{
    /// <summary>Null for a good answer; otherwise what went wrong.</summary>
    public string? Fault(byte[] input)
    {
        try
        {
            Read(input);
            return null;
        }
        catch (InputException e)
        {
            return e.Message.Length > 0 ? null : "an error without a word";
        }
        catch (Exception e)
        {
            string[] own = [.. (e.StackTrace ?? "").Split('\n').Where(l => l.Contains(" ELLM.Sim.", StringComparison.Ordinal)).Take(3)];
            return $"{e.GetType().Name}: {e.Message}\n{string.Join('\n', own)}";
        }
    }

    public override string ToString() => Name;
}
