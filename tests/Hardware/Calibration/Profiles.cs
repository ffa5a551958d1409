namespace ELLM.Sim.Tests.Hardware.Calibration;

internal static class Profiles
{
    public const string Small = """
        {
          "schema": "calibration-profile/1",
          "name": "mine",
          "device": { "name": "a device", "granularity_bytes": 2097152 },
          "ops": {
            "vmm.map": {
              "cost": { "fixed_us": 2, "per_item_us": 0.5, "per_MiB_us": 1 },
              "quantiles": { "p50": 1, "p90": 1.5, "p99": 2, "max": 3, "samples": 1000 },
              "provenance": { "kind": "assumed", "ref": "a test" }
            }
          },
          "factors": {
            "copy.bidirectional": { "value": 0.5, "provenance": { "kind": "assumed", "ref": "a test" } }
          }
        }
        """;
}
