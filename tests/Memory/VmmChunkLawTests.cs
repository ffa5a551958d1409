using ELLM.Sim.Memory;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

/// <summary>Whatever is asked in whatever order: chunks have one owner, sums hold, nobody waits for ever.</summary>
internal sealed class VmmChunkLawTests
{
    private const int PoolBytes = 163;
    private const int ChunkBytes = 4;

    [FsCheck.NUnit.Property(Replay = "53,59", MaxTest = 500)]
    public void Any_script_keeps_the_ledger_and_makes_progress(NonEmptyArray<byte> script, byte variant)
    {
        Script run = new(variant);
        // The fourfold script fills the pool, so that idle ranges and activations have to give chunks back.
        for (int repeat = 0; repeat < 4; repeat++)
        {
            foreach (byte step in script.Get)
                run.Do(step);
        }
        run.FinishAll();
    }

    private sealed class Script
    {
        private readonly VmmKv _memory;
        private readonly VmmOptions _options;
        private readonly List<Held> _held = [];

        public Script(byte variant)
        {
            _options = new VmmOptions(PoolBytes, ChunkBytes, 1, 1)
            {
                Fused = true,
                Watermark = 0,
                Elastic = variant % 2 == 0,
                Activation = new ActivationDemand(2, 0),
                ReclaimsIdle = variant / 2 % 2 == 0,
                UnmapsPreempted = variant / 4 % 2 == 0,
                EagerUnits = variant / 8 % 3,
                KeepChunks = variant / 24 % 2 == 0 ? long.MaxValue : 2,
                LookAheadTokens = variant / 48 % 2 * 3,
                Map = [new DriverCall(10)],
                Unmap = [new DriverCall(5)],
            };
            _memory = new VmmKv(_options);
        }

        public void Do(byte step)
        {
            int size = step / 4;
            switch (step % 4)
            {
                case 0:
                    Admit(1 + (size % 24));
                    break;
                case 1 or 2:
                    Decode(1 + (size % 9));
                    break;
                default:
                    if (_held.Count > 0)
                        End(size % _held.Count, evict: size % 2 == 0);
                    break;
            }
            Check();
        }

        public void FinishAll()
        {
            while (_held.Count > 0)
                End(0, evict: false);
            Check();
            Assert.That(_memory.UsedUnits, Is.Zero);
        }

        private void Admit(int tokens)
        {
            KvDemand demand = new(tokens, tokens + 5, 6);
            IterationLoad load = new(false, tokens);
            Admission answer = _memory.CanAdmit(demand, load);
            if (_held.Count == 0 && _memory.CouldHold(demand))
                Assert.That(answer, Is.EqualTo(Admission.Now), "an empty pool takes whatever it could hold");
            if (answer != Admission.Now)
                return;
            Held held = new() { Tokens = tokens };
            _memory.Admit(ref held.Grant, demand, load);
            Check();
            _memory.StartIteration(load, 100);
            AssertBacked(tokens);
            _memory.Join(ref held.Grant, tokens);
            _held.Add(held);
        }

        private void Decode(int steps)
        {
            if (_held.Count == 0)
                return;
            if (_memory.Horizon(1, -1, 0) < 1)
            {
                // A lone sequence that has outgrown the pool ends; its request would have been refused.
                End(_held.Count - 1, evict: _held.Count > 1);
                return;
            }
            _memory.StartIteration(new IterationLoad(true, _held.Count), 100);
            AssertBacked(_held.Count);
            long jump = Math.Max(1, _memory.Horizon(steps, -1, 100));
            KvSpan span = default;
            _memory.Advance(jump, ref span, true);
            foreach (Held held in _held)
                held.Tokens += (int)jump;
        }

        private void End(int index, bool evict)
        {
            Held held = _held[index];
            _held.RemoveAt(index);
            _memory.Leave(ref held.Grant, held.Tokens);
            if (evict)
                _memory.Evict(ref held.Grant, held.Tokens);
            else
                _memory.Release(ref held.Grant, held.Tokens);
        }

        /// <summary>The iteration's activations are mapped.</summary>
        private void AssertBacked(int tokens)
        {
            if (_options.Elastic)
                Assert.That(_memory.ActivationChunks * ChunkBytes, Is.GreaterThanOrEqualTo(2 * tokens));
        }

        private void Check()
        {
            MappedMemory mapped = _memory.Mapped!.Value;
            long[] parts = [mapped.HeldBytes, mapped.IdleBytes, mapped.ActivationBytes, mapped.FreeBytes];
            Assert.That(parts, Is.All.GreaterThanOrEqualTo(0), $"{mapped}");
            Assert.That(parts.Sum(), Is.EqualTo(PoolBytes));
            Assert.That(mapped.HeldBytes, Is.EqualTo(_memory.UsedUnits * ChunkBytes));
        }

        private sealed class Held
        {
            public KvGrant Grant;
            public int Tokens;
        }
    }
}
