namespace ELLM.Sim.Models;

/// <summary>A feed-forward block of many experts, of which a router picks a few for each token.</summary>
/// <param name="Count">Experts of a layer.</param>
/// <param name="Top">Experts that a token goes to.</param>
/// <param name="Ffn">Width of one expert.</param>
/// <param name="SharedFfn">Width of the shared experts together: every token goes there; 0: none.</param>
/// <param name="Latent">Width that tokens are brought to before the experts and from after them; null: experts see the residual
/// stream's.</param>
public sealed record ExpertLayer(int Count, int Top, int Ffn, int SharedFfn = 0, int? Latent = null)
{
    /// <summary>Width of an expert's input and output.</summary>
    public int InputWidth(int hidden) => Latent ?? hidden;

    /// <summary>True when whole experts and their widths divide.</summary>
    public bool CanShard(int tensorParallel, int expertParallel) =>
        expertParallel >= 1 && tensorParallel % expertParallel == 0 && Count % expertParallel == 0
        && Ffn % (tensorParallel / expertParallel) == 0 && SharedFfn % tensorParallel == 0;
}
