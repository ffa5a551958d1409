using Spectre.Console;

namespace ELLM.Sim.Cli;

/// <summary>Where the program writes: data to one writer, talk to the other.</summary>
/// <param name="Out">Data; identical for identical input.</param>
/// <param name="Error">Warnings, errors, progress, wall times.</param>
/// <param name="Interactive">Somebody watches the talk: progress may be drawn.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool Interactive) : IDisposable
{
    /// <summary>Silences everything but errors.</summary>
    public bool Quiet { get; set; }

    /// <summary>Width of the data's terminal; 0 when the data goes to a file or a pipe.</summary>
    public int Columns { get; init; }

    /// <summary>Everything said, for run.log.</summary>
    public List<string> Said { get; } = [];

    public static Terminal OfProcess()
    {
        StreamWriter data = new(Console.OpenStandardOutput(), bufferSize: 1 << 16) { NewLine = "\n" };
        return new Terminal(data, Console.Error, !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb")
        {
            Columns = Console.IsOutputRedirected ? 0 : Console.WindowWidth,
        };
    }

    public void Say(string line)
    {
        Said.Add(line);
        if (!Quiet)
            Error.WriteLine(line);
    }

    public void Warn(string line) => Say($"ellm: warning: {line}");

    /// <summary>One line, whatever the message holds.</summary>
    public void Fail(string message) => Error.WriteLine("ellm: " + message.ReplaceLineEndings(" "));

    /// <summary>Does the work; draws a bar once it has taken a second, if somebody watches.</summary>
    /// <param name="total">Steps of the whole work.</param>
    public T WithProgress<T>(string what, int total, Func<IProgress<int>, T> work)
    {
        Count done = new();
        if (!Interactive || Quiet)
            return work(done);
        Task<T> running = Task.Run(() => work(done));
        if (Task.WaitAny([running], TimeSpan.FromSeconds(1)) < 0)
            Draw(what, total, running, done);
        return running.GetAwaiter().GetResult();
    }

    public void Dispose() => Out.Flush();

    private static void Draw(string what, int total, Task running, Count done)
    {
        bool plain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Error),
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        console.Progress().AutoClear(true).HideCompleted(true).Start(context =>
        {
            ProgressTask bar = context.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
            while (Task.WaitAny([running], TimeSpan.FromMilliseconds(100)) < 0)
                bar.Value = done.Value;
            bar.Value = total;
        });
    }

    private sealed class Count : IProgress<int>
    {
        private int _value;

        public int Value => Volatile.Read(ref _value);

        public void Report(int value) => Volatile.Write(ref _value, value);
    }
}
