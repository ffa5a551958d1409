using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>One small hand-made file for each layout; rows after the publishers' public examples.</summary>
[TestFixture]
public sealed class TraceSchemaTests
{
    private const long Second = 1_000_000_000_000;

    [Test]
    public void Read_own_csv_keeps_times_lengths_and_models()
    {
        (Trace trace, TraceLoadReport report) =
            Load.Text("arrival_s,input_tokens,output_tokens,model\n0,10,1,a\n0.000000000001,20,2,b\n3.5,30,3,a\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("OWN"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 1, 35 * Second / 10 }));
            Assert.That(trace.InputTokens, Is.EqualTo(new[] { 10, 20, 30 }));
            Assert.That(trace.OutputTokens, Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(trace.Models!.Index, Is.EqualTo(new[] { 0, 1, 0 }));
            Assert.That(trace.Models!.Names, Is.EqualTo(new[] { "a", "b" }));
            Assert.That(trace.Name, Is.EqualTo("some.trace"));
            Assert.That(report.TimeUnit, Is.EqualTo("s"));
        }
    }

    [Test]
    public void Read_columns_in_other_order_and_case_finds_them_by_name()
    {
        (Trace trace, _) = Load.Text("note,Output_Tokens,ARRIVAL_S,\"input_tokens\"\nx,7,1,5\n");
        Assert.That((trace.InputTokens[0], trace.OutputTokens[0]), Is.EqualTo((5, 7)));
    }

    [Test]
    public void Read_azure2023_keeps_ticks_and_reports_line_ends()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("AZ23"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 4_314_579_000_000 }));
            Assert.That(report.CarriageReturns, Is.True);
            Assert.That(report.FinalNewline, Is.False);
            Assert.That(report.FirstTime, Is.EqualTo("2023-11-16 18:15:46.68059"));
            Assert.That(report.TimeUnit, Is.EqualTo("wall clock"));
        }
    }

    [Test]
    public void Read_azure2024_accepts_zone_and_missing_fraction()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,2162,5\n2024-05-10 "
                + "00:00:01+00:00,2399,6\n2024-05-10 02:00:01.5+02:00,76,7\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("AZ24"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 990_070_000_000, 1_490_070_000_000 }));
        }
    }

    [Test]
    public void Read_Azure_multimodal_ignores_images_with_a_note()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2024-10-15T12:00:05.819Z,1,949,126\n2024-10-22T11:59:59.539Z,16,4564,137\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("AZMM"));
            Assert.That(trace.ArrivalPs[1], Is.EqualTo((7L * 86_400_000 - 6_280) * 1_000_000_000));
            Assert.That(report.Notes, Has.One.Contains("image counts"));
        }
    }

    [Test]
    public void Read_burst_gpt6_drops_failed_rows_and_names_models()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n"
            + "45.0,ChatGPT,1087,0,1087,Conversation log\n60,ChatGPT,0,0,0,API log\n118,GPT-4,417,276,693,Conversation log\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("BG6"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 113 * Second }));
            Assert.That(trace.Models!.Names, Is.EqualTo(new[] { "ChatGPT", "GPT-4" }));
            Assert.That(report.Dropped, Is.EqualTo(new[]
            {
                new DroppedRows("no input tokens and no output tokens", 1), new DroppedRows("no output tokens (a failed request)", 1),
            }));
        }
    }

    [Test]
    public void Read_burst_gpt8_accepts_late_start_float_times_and_no_session()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
            + "19440110.0,1722ac82-0a46-4bf0-aa08-89794e7a2b3f,43,GPT-4,906,446,1352,Conversation log\n"
            + "19440115.0,,1,ChatGPT,10,20,30,API log\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("BG8"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 5 * Second }));
            Assert.That(report.FirstTime, Is.EqualTo("19440110 s"));
        }
    }

    [Test]
    public void Read_Mooncake_counts_milliseconds()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, \"hash_ids\": [0, 1]}\n"
            + "{\"timestamp\": 27482, \"input_length\": 7322, \"output_length\": 490, \"hash_ids\": [0, 14]}\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("MC"));
            Assert.That(report.TimeUnit, Is.EqualTo("ms"));
            Assert.That(trace.ArrivalPs[1], Is.EqualTo(27_482_000_000_000));
        }
    }

    [Test]
    public void Read_Mooncake_dialect_places_delayed_turns_after_the_turn_before()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "{\"session_id\":\"s\",\"timestamp\":1000,\"input_tokens\":5,\"output_tokens\":6,\"input_text\":\"x\"}\n"
            + "{\"session_id\":\"s\",\"delay\":250,\"input_length\":7,\"output_length\":8}\n"
            + "{\"session_id\":\"unknown\",\"delay\":250,\"input_length\":7,\"output_length\":8}\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("MC+"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, Second / 4 }));
            Assert.That(report.RowsRead, Is.EqualTo(3));
            Assert.That(report.Dropped.Single().Count, Is.EqualTo(1));
        }
    }

    [Test]
    public void Read_bailian_counts_seconds()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(
            "{\"chat_id\": 1, \"parent_chat_id\": -1, \"timestamp\": 60.0, \"input_length\": 5, \"output_length\": 1, \"type\": "
                + "\"text\", \"turn\": 1, \"hash_ids\": [3]}\n"
            + "{\"chat_id\": 159, \"parent_chat_id\": 55, \"timestamp\": 61.114, \"input_length\": 521, \"output_length\": 132, "
            + "\"type\": \"text\", \"turn\": 2, \"hash_ids\": [1089, 1090]}\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("QB"));
            Assert.That(trace.ArrivalPs[1], Is.EqualTo(1_114_000_000_000));
        }
    }

    [Test]
    public void Read_rag_pulse_accepts_string_times_blank_last_line_and_an_inversion()
    {
        const string parts = "\"hash_ids\": {\"sys_prompt\": [8302], \"user_input\": [26923]}, \"session_id\": \"1757476916095-x\"";
        (Trace trace, TraceLoadReport report) = Load.Text(
            $"{{\"timestamp\": \"82\", \"input_length\": 3112, \"output_length\": 192, {parts}}}\n"
            + $"{{\"timestamp\": \"93\", \"input_length\": 1, \"output_length\": 1, {parts}}}\n"
            + $"{{\"timestamp\": \"92\", \"input_length\": 2, \"output_length\": 2, {parts}}}\n\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("RP"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 10 * Second, 11 * Second }));
            Assert.That(trace.InputTokens, Is.EqualTo(new[] { 3112, 2, 1 }));
            Assert.That((report.Inversions, report.BlankLines), Is.EqualTo((1, 1)));
        }
    }

    [Test]
    public void Read_Vidur_and_Splitwise_and_Prism_are_their_own_layouts()
    {
        (_, TraceLoadReport vidur) = Load.Text("arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,4808,10\n4.314579,3180,8\n");
        (Trace splitwise, TraceLoadReport report) = Load.Text(
            "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size\n0,2,0,1,1,100,20\n1,2,0,1.5,1,200,30\n");
        (Trace prism, _) = Load.Text("arrival_s,model_id,prompt_tokens,output_tokens\n0.000000000,13,13,199\n0.207937542,2,36,137\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(vidur.Schema, Is.EqualTo("VD"));
            Assert.That(report.Schema, Is.EqualTo("SS"));
            Assert.That(splitwise.ArrivalPs, Is.EqualTo(new[] { 0, Second / 2 }));
            Assert.That(prism.ArrivalPs[1], Is.EqualTo(207_937_542_000));
            Assert.That(prism.Models!.Names, Is.EqualTo(new[] { "13", "2" }));
        }
    }

    [Test]
    public void Read_lengths_only_needs_a_rate()
    {
        const string text = "num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio\n74,918,992,0.08\n290,905,1195,0.32\n";
        (Trace trace, TraceLoadReport report) = Load.Text(text, new TraceReadOptions { RatePerSecond = 2 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.ErrorOf(text), Does.Contain("no arrival times").And.Contain("--rate"));
            Assert.That(trace.ArrivalPs, Is.Ordered);
            Assert.That(report.Schema, Is.EqualTo("VL"));
            Assert.That(report.Notes, Has.One.Contains("Poisson"));
        }
    }

    [Test]
    public void Read_Claude_code_flat_needs_a_session_rate()
    {
        const string text =
            "session_id,agent,turn,t_s,model,stream,input_tokens,output_tokens,hash_blocks,prefix_hit_blocks,api_time_s,think_time_s,ttft_s,stop\n"
                + "1,main,1,0.0,m,n,71175,169,1112,0,7.34,0.0,,tool_use\n1,main,2,19.0,m,n,72762,296,1136,1112,9.19,12.0,,tool_use\n2,main,1,0.0,m,n,5,0,1,0,1,0,,x\n";
        (Trace trace, TraceLoadReport report) = Load.Text(text, new TraceReadOptions { SessionRatePerSecond = 0.1 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.ErrorOf(text), Does.Contain("no common clock").And.Contain("--session-rate"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 19 * Second }));
            Assert.That(report.Schema, Is.EqualTo("CCF"));
            Assert.That(report.RowsDropped, Is.EqualTo(1));
        }
    }

    [Test]
    public void Read_Claude_code_nested_moves_sub_agents_to_the_session_clock()
    {
        const string text = """
            {"id":"trace_1","models":["m"],"block_size":64,"hash_id_scope":"local","requests":[
              {"t":0.0,"type":"n","model":"m","in":71175,"out":169,"hash_ids":[1,2]},
              {"t":10.0,"type":"subagent","requests":[{"t":2.5,"type":"n","model":"small","in":100,"out":5,"hash_ids":[1]}]},
              {"t":11.0,"type":"s","model":"m","in":72000,"out":10,"hash_ids":[1,2]}],"totals":{}}
            """;
        (Trace trace, TraceLoadReport report) = Load.Text(text, new TraceReadOptions { SessionRatePerSecond = 0.1 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Schema, Is.EqualTo("CC"));
            Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, 11 * Second, 12 * Second + Second / 2 }));
            Assert.That(trace.InputTokens, Is.EqualTo(new[] { 71175, 72000, 100 }));
            Assert.That(trace.Models!.Names, Is.EqualTo(new[] { "m", "small" }));
        }
    }

    [Test]
    public void Read_serve_gen_files_are_refused_as_parameters()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.ErrorOf("client_id,window_start_s,rate_rps,iat_cv,iat_dist,iat_shape,iat_scale\n0,0,0,0,,0,0\n"),
                Does.Contain("not requests"));
            Assert.That(Load.ErrorOf("0,1.33,8.59,Weibull,0.375,0.396\n600,0,0,,0,0\n"), Does.Contain("not requests"));
            Assert.That(Load.ErrorOf("{\"client_id\":0,\"windows\":{\"0\":{\"input_tokens\":{\"45\":1}}}}\n"),
                Does.Contain("not requests"));
            Assert.That(Load.ErrorOf("{\"0\": \"{'input_tokens': {1: 1.0}}\"}"), Does.Contain("not requests"));
        }
    }

    [Test]
    public void Read_json_array_is_read_like_lines()
    {
        (Trace trace, _) =
            Load.Text(
                "[\n {\"timestamp\": 0, \"input_length\": 1, \"output_length\": 2},\n {\"timestamp\": 5, \"input_length\": 3, "
                    + "\"output_length\": 4}\n]\n");
        Assert.That(trace.InputTokens, Is.EqualTo(new[] { 1, 3 }));
        Assert.That(
            Load.ErrorOf(
                "[\n {\"timestamp\": 0, \"input_length\": 1, \"output_length\": 2},\n {\"timestamp\": 5, \"input_length\": \"x\", "
                    + "\"output_length\": 4}\n]\n"),
            Does.StartWith("logs/some.trace:3: expected a whole number of tokens in column input_length, found 'x'"));
    }
}
