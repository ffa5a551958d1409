namespace ELLM.Sim.Policies;

/// <summary>How many tokens a request is expected to emit.</summary>
/// <remarks>
/// LayerKV's predictor is not described in what could be read. <c>mean</c>, the default, needs no model and no future: the mean of
/// the requests that have decoded to their end, rounded up, and the fixed number until there is one. <c>fixed</c> is a number,
/// <c>oracle</c> the true length, a bound on what a better predictor could bring.
/// </remarks>
public sealed class LengthPredictor(LengthSource source, int fixedTokens)
{
    private long _tokens;
    private long _requests;

    public int Predict(int trueTokens) => source switch
    {
        LengthSource.Oracle => trueTokens,
        LengthSource.Mean when _requests > 0 => (int)((_tokens + _requests - 1) / _requests),
        _ => fixedTokens,
    };

    public void Learn(int tokens)
    {
        _tokens += tokens;
        _requests++;
    }
}
