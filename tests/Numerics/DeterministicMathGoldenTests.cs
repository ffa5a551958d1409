using System.Globalization;
using ELLM.Sim.Numerics;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Numerics;

/// <summary>Exact bits: a machine, runtime or compiler that rounds one step differently is noticed here.</summary>
[TestFixture]
internal sealed class DeterministicMathGoldenTests
{
    private static readonly double[] Arguments =
        [-300.25, -20.5, -1.0, -0.1, 1e-9, 0.3333, 0.5, 1.0, 1.41421356, 2.0, 2.718281828, 10.0, 99.99, 123.456, 500.125, 700.5];

    [TestCase("Exp",
        "24dc758233102ace 3e157a3afeed00ab 3fd78b56362cef38 3fecf46d99d52b3a 3ff000000044b830 3ff6543cea34efeb 3ffa61298e1e069c "
            + "4005bf0a8b14576a "
        + "401073f7e79cd58a 401d8e64b8d4ddae 402e4efb75a890fd 40d5829dcf950560 48f3182a20808890 4b11428e1cbc0143 6d07118e7d39646d "
        + "7f18625c7d4f56c2")]
    [TestCase("Log",
        "4016d186b7245179 400829d485d01dd2 0000000000000000 c0026bb1bbb55515 c034b927f32bffb8 bff1945357904e47 bfe62e42fefa39ef "
            + "0000000000000000 "
        + "3fd62e42fd2cf8f6 3fe62e42fefa39ef 3fefffffffe8ca4c 40026bb1bbb55516 40126b97847c8246 401343774f3e2362 4018dc03c0cf3c1c "
        + "401a3509950c84a7")]
    [TestCase("Pow",
        "4072d9f95d674f79 40348cb23fbabe5d 3ff0000000000000 3fb98d89f7a05f06 3e10e5bbec836a72 3fd54ffd4c0be791 3fdffb756a1429c9 "
            + "3ff0000000000000 "
        + "3ff6a2399ade6340 400002459d807748 4005c37f211649ff 40240970a91db939 405916faa51b52c1 405efbaf04efdd43 407f69e254909df5 "
        + "408601733ae6eb26")]
    [TestCase("Sin",
        "3fef2c2d3131be89 bfefe60798c36321 bfeaed548f090cee bfb98eaecb8bcb2c 3e112e0be826d695 3fd4f03de904f41d 3fdeaee8744b05f0 "
            + "3feaed548f090cee "
        + "3fef9bc75411a8e3 3fed18f6ead1b446 3fda4a3d9c943d19 bfe1689ef5f34f52 bfe07a94750c2c9e bfe9b9dadc41aeb6 bfe260cb755db51e "
        + "3fb33929f64471c2")]
    [TestCase("Cos",
        "3fcceb669edc7b79 bfb45e47276a17c7 3fe14a280fb5068c 3fefd712f9a817c1 3ff0000000000000 3fee3d2d38a9ffbc 3fec1528065b7d50 "
            + "3fe14a280fb5068c "
        + "3fc3f5f68b8d1a2b bfdaa22657537205 bfed2cec9a3b5568 bfead9ac890c6b1f 3feb6e483f5eb4fe bfe307e5980a1558 bfea323fa42d056c "
        + "bfefe8df14616bc1")]
    public void Call_fixed_arguments_has_these_bits(string function, string bits)
    {
        string[] found = [.. Arguments.Select(
            x => BitConverter.DoubleToInt64Bits(Call(function, x)).ToString("x16", CultureInfo.InvariantCulture))];
        Assert.That(string.Join(' ', found), Is.EqualTo(bits));
    }

    private static double Call(string function, double x) => function switch
    {
        "Exp" => DeterministicMath.Exp(x),
        "Log" => DeterministicMath.Log(Math.Abs(x)),
        "Pow" => DeterministicMath.Pow(Math.Abs(x), 1.0008),
        "Sin" => DeterministicMath.Sin(x),
        _ => DeterministicMath.Cos(x),
    };
}
