using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ELLM.Sim.Cli.Tables;
using Spectre.Console;

namespace ELLM.Sim.Cli.Screen;

/// <summary>Where the program writes: data to one writer, talk to the other.</summary>
/// <param name="Out">Data; identical for identical input.</param>
/// <param name="Error">Warnings, errors, progress, wall times.</param>
/// <param name="Interactive">The talk goes to a screen: progress may be drawn.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool Interactive) : IDisposable
{
    /// <summary>Silences everything but errors.</summary>
    public bool Quiet { get; set; }

    /// <summary>Width of the data's terminal; 0 when the data goes to a file or a pipe.</summary>
    public int Columns { get; init; }

    /// <summary>Where results go without <c>--out</c>.</summary>
    public string ResultsFolder { get; init; } = "runs";

    /// <summary>A comparison without --out still leaves a report.</summary>
    public bool DrawsReports { get; init; } = true;

    /// <summary>Everything said, for run.log.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Lines said while a bar is drawn: they go above it.</summary>
    private ConcurrentQueue<string>? _whileDrawn;

    public static Terminal OfProcess()
    {
        StreamWriter data = new(new DataStream(Console.OpenStandardOutput), bufferSize: 1 << 16) { NewLine = "\n" };
        bool dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        int columns = Console.IsOutputRedirected ? 0 : Console.WindowWidth;
        TextWriter shown = columns == 0 ? data : new TableWriter(data, TableForm.Screen, columns)
        {
            HasColour = !dumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        };
        TextWriter talk = TextWriter.Synchronized(new StreamWriter(new TalkStream(Console.OpenStandardError)) { AutoFlush = true });
        return new Terminal(shown, talk, !Console.IsErrorRedirected && !dumb) { Columns = columns };
    }

    /// <summary>Where the tables of a form of output go.</summary>
    /// <param name="format">md for Markdown; any other: as the terminal wants them.</param>
    public TextWriter Tables(string format) => format == "md" ? new TableWriter(Out, TableForm.Markdown) : Out;

    public void Say(string line)
    {
        line = ShownText.Of(line);
        Said.Add(line);
        if (Quiet)
            return;
        if (_whileDrawn is { } lines)
            lines.Enqueue(line);
        else
            Error.WriteLine(line);
    }

    public void Warn(string line) => Say($"ellm: warning: {line}");

    /// <summary>One line, whatever the message holds.</summary>
    public void Fail(string message) => Error.WriteLine("ellm: " + Shortened(ShownText.Of(message.ReplaceLineEndings(" "))));

    /// <summary>Beginning and end of a line too long to be read whole: the place stands first, what was found stands last.</summary>
    private static string Shortened(string line)
    {
        const int longest = 2000, ends = 950;
        return line.Length <= longest ? line : $"{line[..ends]} [...] {line[^ends..]}";
    }

    /// <summary>Does the work; draws a bar once it has taken a second, on a screen.</summary>
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

    private void Draw(string what, int total, Task running, Count done)
    {
        long start = Stopwatch.GetTimestamp();
        int before = done.Value;
        ConcurrentQueue<string> lines = _whileDrawn = new();
        bool plain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Error),
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        ProgressColumn[] columns = [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];
        console.Progress().AutoClear(true).HideCompleted(true).Columns(columns).Start(context =>
        {
            ProgressTask bar = context.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
            while (Task.WaitAny([running], TimeSpan.FromMilliseconds(100)) < 0)
            {
                while (lines.TryDequeue(out string? line))
                    console.WriteLine(line);
                bar.Value = done.Value;
                double rate = (done.Value - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
                bar.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{what} ({rate:#,0.#}/s)"));
            }
            bar.Value = total;
        });
        _whileDrawn = null;
        while (lines.TryDequeue(out string? line))
            Error.WriteLine(line);
    }

    private sealed class Count : IProgress<int>
    {
        private int _value;

        public int Value => Volatile.Read(ref _value);

        public void Report(int value) => Volatile.Write(ref _value, value);
    }
}
