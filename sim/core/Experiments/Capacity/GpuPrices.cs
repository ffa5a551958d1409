using System.Globalization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>Dollars per GPU hour: the catalogue's list prices, and those that the user states instead.</summary>
public sealed class GpuPrices
{
    private readonly Dictionary<string, double> _stated = new(StringComparer.Ordinal);

    /// <param name="stated">Texts such as <c>h100=2.50</c>; the name as in the configuration, or the name inside a GPU file.</param>
    /// <exception cref="InputException">Not a price.</exception>
    public GpuPrices(IEnumerable<string>? stated = null)
    {
        foreach (string text in stated ?? [])
        {
            int equals = text.LastIndexOf('=');
            string price = text[(equals + 1)..];
            bool read = double.TryParse(price, NumberStyles.Float, CultureInfo.InvariantCulture, out double usd);
            if (equals <= 0 || !read || !(usd > 0) || !double.IsFinite(usd))
                throw new InputException($"--price {text}: expected GPU=USD, dollars per GPU hour, such as h100=2.50");
            string gpu = GpuCatalog.Load(text[..equals].Trim()).Name;
            if (!_stated.TryAdd(gpu, usd))
                throw new InputException($"--price {text}: a price for {gpu} was given before");
        }
    }

    /// <summary>Null when no source states one.</summary>
    public double? Of(string gpuNameOrPath)
    {
        GpuSpec gpu = GpuCatalog.Load(gpuNameOrPath);
        return _stated.TryGetValue(gpu.Name, out double usd) ? usd : gpu.Price?.UsdPerHour;
    }

    /// <summary>The price's origin in a few words.</summary>
    public string SourceOf(string gpuNameOrPath)
    {
        GpuSpec gpu = GpuCatalog.Load(gpuNameOrPath);
        if (_stated.ContainsKey(gpu.Name))
            return "stated with --price";
        return gpu.Price is { } price ? $"{price.Source}, {price.AsOf}" : "no price known: --price states one";
    }
}
