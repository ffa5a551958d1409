using System.Globalization;
using System.Text;
using ELLM.Sim.Metrics.Observers;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>hours.csv: what became of the requests that arrived in each hour.</summary>
public static class HoursCsv
{
    private const string Header = "policy,hour,requests,completed,met,slo_attainment,input_tokens,output_tokens\n";

    public static void Write(Stream target, IReadOnlyList<(string Policy, IReadOnlyList<HourOfRun> Hours)> runs)
    {
        StringBuilder text = new(Header);
        foreach ((string policy, IReadOnlyList<HourOfRun> hours) in runs)
        {
            for (int i = 0; i < hours.Count; i++)
            {
                HourOfRun hour = hours[i];
                string share = hour.Requests == 0 ? "" : ((double)hour.Met / hour.Requests).ToString("R", CultureInfo.InvariantCulture);
                text.Append(CultureInfo.InvariantCulture,
                    $"{policy},{i},{hour.Requests},{hour.Completed},{hour.Met},{share},{hour.InputTokens},{hour.OutputTokens}\n");
            }
        }
        target.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
