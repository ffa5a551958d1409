using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>Tables as users have them: other separators, decimal commas, columns of other names, JSON arrays.</summary>
[TestFixture]
internal sealed class TraceTableTests
{
    private static readonly ColumnMap Map = new("time", "prompt_tokens", "completion_tokens");

    [TestCase("arrival_s;input_tokens;output_tokens\n0,5;100;10\n2;200;20\n")]
    [TestCase("arrival_s\tinput_tokens\toutput_tokens\n0.5\t100\t10\n2\t200\t20\n")]
    [TestCase("arrival_s|input_tokens|output_tokens\n0.5|100|10\n2|200|20\n")]
    [TestCase("sep=,\narrival_s,input_tokens,output_tokens\n0.5,100,10\n2,200,20\n")]
    [TestCase("sep=;\r\narrival_s;input_tokens;output_tokens\r\n0,5;100;10\r\n2;200;20\r\n")]
    [TestCase("arrival_s,input_tokens,output_tokens\n\"0,5\",100,10\n\"2,0\",200,20\n")]
    public void Any_separator_and_decimal_sign_gives_the_same_requests(string text)
    {
        Trace trace = Load.Text(text).Trace;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0L, 1_500_000_000_000L }));
            Assert.That(trace.InputTokens, Is.EqualTo(new[] { 100, 200 }));
            Assert.That(trace.OutputTokens, Is.EqualTo(new[] { 10, 20 }));
        }
    }

    [TestCase("1.234,5;1;1", "'1.234,5'")]
    [TestCase("1,2,3;1;1", "'1,2,3'")]
    public void Grouped_digits_are_no_number(string row, string found) =>
        Assert.That(Load.ErrorOf("arrival_s;input_tokens;output_tokens\n" + row + "\n"),
            Does.StartWith("logs/some.trace:2: expected seconds in column arrival_s, found " + found));

    [Test]
    public void Named_columns_are_read_in_any_order_beside_others()
    {
        const string text = "user,completion_tokens,time,prompt_tokens,kind\na,10,0.5,100,x\nb,20,2.25,200,y\nc,30,9.75,300,z\n";
        Trace trace = Load.Text(text, new TraceReadOptions { Columns = Map }).Trace;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0L, 1_750_000_000_000L, 9_250_000_000_000L }));
            Assert.That(trace.InputTokens, Is.EqualTo(new[] { 100, 200, 300 }));
            Assert.That(trace.OutputTokens, Is.EqualTo(new[] { 10, 20, 30 }));
        }
    }

    [Test]
    public void Named_keys_of_json_are_read_as_columns_are()
    {
        const string text = "{\"time\":0.5,\"prompt_tokens\":100,\"completion_tokens\":10,\"more\":{\"time\":7}}\n"
            + "{\"completion_tokens\":20,\"prompt_tokens\":200,\"time\":2.25}\n{\"completion_tokens\":1,\"prompt_tokens\":2,\"time\":4.5}\n";
        Trace trace = Load.Text(text, new TraceReadOptions { Columns = Map }).Trace;
        Assert.That((trace.ArrivalPs[1], trace.InputTokens[1], trace.OutputTokens[1]), Is.EqualTo((1_750_000_000_000L, 200, 20)));
    }

    [Test]
    public void Named_column_of_timestamps_is_a_wall_clock()
    {
        const string text = "time,prompt_tokens,completion_tokens\n2024-05-10 00:00:01.5,1,2\n2024-05-10 00:00:03,3,4\n";
        Assert.That(Load.Text(text, new TraceReadOptions { Columns = Map }).Trace.ArrivalPs[1], Is.EqualTo(1_500_000_000_000L));
    }

    [Test]
    public void Lengths_alone_need_a_rate()
    {
        const string text = "prompt_tokens;completion_tokens\n1;2\n3;4\n";
        ColumnMap lengths = new(null, "prompt_tokens", "completion_tokens");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.ErrorOf(text, new TraceReadOptions { Columns = lengths }), Does.Contain("--rate"));
            Assert.That(Load.Text(text, new TraceReadOptions { Columns = lengths, RatePerSecond = 2 }).Trace.Count, Is.EqualTo(2));
        }
    }

    [Test]
    public void Column_that_is_not_there_is_named_with_those_that_are()
    {
        ColumnMap wrong = Map with { Input = "tokens_in" };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.ErrorOf("time,prompt_tokens,completion_tokens\n1,2,3\n", new TraceReadOptions { Columns = wrong }),
                Is.EqualTo("logs/some.trace:1: expected a column tokens_in as --columns says, found time,prompt_tokens,completion_tokens"));
            Assert.That(
                Load.ErrorOf("{\"time\":1,\"prompt_tokens\":2,\"completion_tokens\":3}\n", new TraceReadOptions { Columns = wrong }),
                Is.EqualTo("logs/some.trace:1: expected a key tokens_in as --columns says, found time,prompt_tokens,completion_tokens"));
        }
    }

    [TestCase("arrival=time", "input and output are needed")]
    [TestCase("input=a,output=b,input=c", "--columns input=c: expected arrival=COLUMN")]
    [TestCase("input=a,output=", "--columns output=: expected")]
    [TestCase("start=a,input=b,output=c", "--columns start=a: expected")]
    public void Map_that_names_no_columns_is_refused(string text, string says) =>
        Assert.That(Assert.Throws<InputException>(() => ColumnMap.Parse(text))!.Message, Does.Contain(says));

    [Test]
    public void Unknown_layout_says_what_was_found_what_is_known_and_how_to_name_columns() =>
        Assert.That(Load.ErrorOf("when;how_long\n1;2\n"),
            Does.Contain("when;how_long").And.Contain("arrival_s").And.Contain("--columns arrival="));
}
