using FsCheck;
using FsCheck.Fluent;
using Sure.Contracts.Calls;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Breaker;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;
using Sure.UtilizationService.Vault;

namespace Sure.UtilizationService.Tests;

/// <summary>
/// Random sequences of deposits, withdrawals, binds, days, expiries, payouts, payments, deployments and resets through the very
/// calculations of the service, without a database: what they say the pool is must be what their journal entries add up to.
/// </summary>
public sealed class PoolSequenceTests
{
    /// <summary>What the sequences have come to; without it they would prove little.</summary>
    private static int _shortfalls;
    private static int _reduced;

    [Fact]
    public void Whatever_happens_the_pool_is_what_its_journal_adds_up_to()
    {
        var step = from kind in Gen.Choose(0, 11) from size in Gen.Choose(0, ushort.MaxValue) from which in Gen.Choose(0, 255) select (kind, size, which);
        Prop.ForAll(step.ArrayOf(200).ToArbitrary(), Run).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        Assert.NotEqual(0, _shortfalls);
        Assert.NotEqual(0, _reduced);
    }

    private static void Run((int Kind, int Size, int Which)[] steps)
    {
        var pool = new Model();
        foreach (var (kind, size, which) in steps)
        {
            pool.Do(kind, size, which);
            pool.Check();
        }

        _shortfalls += pool.HasShortfall ? 1 : 0;
        _reduced += pool.HasReduced ? 1 : 0;
    }

    /// <summary>The pool as the service would keep it, and the balances of its journal.</summary>
    private sealed class Model
    {
        private static readonly CapitalOptions Capital = new();
        private static readonly UnderwritingOptions Limits = new();
        private static readonly Product[] Products =
        [
            new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC), new(CoverageType.SmartContract, Chain.Base, Stablecoin.DAI), new(CoverageType.Bridge, Chain.TON, Stablecoin.GHO),
        ];

        private readonly Dictionary<string, decimal> _balances = new(StringComparer.Ordinal);
        private readonly Dictionary<Tranche, Shares> _shares = Words<Tranche>.Members.ToDictionary(t => t, _ => Shares.Zero);
        private readonly List<Policy> _active = [];
        private readonly List<Claim> _waiting = [];
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private DateTimeOffset _bookedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private EvidenceLink _last = EvidenceLink.Start;
        private RecentLosses? _recent;
        private decimal _lostBeyondAll;
        private BreakerState _breaker = new(Reason: null, Since: null, ResetAt: null);
        private PoolPosition _pool = Positions.TenMillion() with
        {
            CashUsd = 0,
            Tranches = [.. Words<Tranche>.Members.Select(t => new TranchePosition(t, 0, 0))],
        };

        /// <summary>What the pool owns: capital, premium to come, and what was earned while there was no capital.</summary>
        private decimal Owned => _pool.TotalCapitalUsd + _pool.UnearnedPremiumUsd - BalanceOf(Account.Surplus);

        public bool HasShortfall => _pool.ShortfallUsd > 0;

        public bool HasReduced { get; private set; }

        public void Do(int kind, int size, int which)
        {
            Action step = kind switch
            {
                0 => () => Deposit((Tranche)(which % 6), 100m + size),
                1 => () => DepositInEach(_pool.TotalCapitalUsd < 100_000m ? 10_000m + (size * 10m) : 100m),
                2 => () => Withdraw((Tranche)(which % 6), size * 1.37m),
                < 6 => () => Bind(Products[which % 3], Math.Max(100m, Math.Round(_pool.TotalCapitalUsd * (size % 20) / 100m, 2)), days: 1 + (which % 60)),
                6 => () => _breaker = new(Reason: null, Since: null, _now),
                7 => () => Pass(TimeSpan.FromMinutes(size)),
                8 or 11 => () => Pay(which, size % 2 == 0 ? 1m : size / (decimal)ushort.MaxValue),
                9 when which % 4 == 3 => LoseAllThatIsLiquid,
                9 => () => Deploy(which % 2 == 0 ? 1m : 1m - (which % 201 / 100m), size % 3 == 0 ? -1m : 0.2m - (size % 121 / 100m)),
                _ => PayClaims,
            };
            step();
        }

        public void Check()
        {
            Assert.Equal(0m, _balances.Values.Sum());
            Assert.All(_pool.Tranches, t => Assert.Equal(t.CapitalUsd, -BalanceOf(Account.Capital(t.Tranche))));
            Assert.Equal(
                (_pool.CashUsd, _pool.DeployedUsd, _pool.UnearnedPremiumUsd, _pool.ClaimsPayableUsd, _pool.ShortfallUsd, 0m),
                (BalanceOf(Account.Cash), BalanceOf(Account.Deployed), -BalanceOf(Account.PremiumUnearned), -BalanceOf(Account.ClaimsPayable), BalanceOf(Account.Shortfall), BalanceOf(Account.PremiumEarned)));
            // Nobody bore what was lost beyond all capital and all claims; but for that, all that is owed and owned is there.
            Assert.Equal(_pool.ShortfallUsd, _lostBeyondAll - BalanceOf(Account.ClaimsReduced));
            Assert.Equal(_pool.CashUsd + _pool.DeployedUsd + _lostBeyondAll, _pool.ClaimsPayableUsd + Owned);
            Assert.All(_pool.Tranches, t => Assert.True(t.CapitalUsd >= 0 && t.CoverageUsd >= 0));
            Assert.All(_pool.Tranches, t => Assert.InRange(t.PremiumCarryUsd, -0.05m, 0.05m));
            Assert.Equal(0m, _pool.Tranches.Sum(t => t.PremiumCarryUsd));
            Assert.True(_pool is { CashUsd: >= 0, DeployedUsd: >= 0, UnearnedPremiumUsd: >= 0, ClaimsPayableUsd: >= 0, ShortfallUsd: >= 0 });
            Assert.Equal(_active.Sum(p => p.CoverageUsd), _pool.TotalCoverageUsd);
            Assert.Equal(_active.Sum(p => p.PremiumUsd - p.EarnedUsd), _pool.UnearnedPremiumUsd);
            Assert.Equal(_waiting.Sum(c => c.PayoutUsd - c.ShortfallUsd), _pool.ClaimsPayableUsd);
            Assert.Equal(_active.Count, _pool.ActivePolicies);
        }

        private decimal BalanceOf(string account) => _balances.GetValueOrDefault(account);

        private void Post(params IEnumerable<JournalEntry> entries)
        {
            foreach (var posting in entries.SelectMany(e => e.Postings))
            {
                _balances[posting.Account] = BalanceOf(posting.Account) + posting.AmountUsd;
            }

            // As the database does: a tranche without capital has no shares.
            foreach (var tranche in _shares.Keys.Where(t => BalanceOf(Account.Capital(t)) == 0))
            {
                _shares[tranche] = Shares.Zero;
            }
        }

        private void DepositInEach(decimal amount)
        {
            foreach (var (tranche, share) in Capital.LossShares)
            {
                Deposit(tranche, Math.Round(amount * share, 2));
            }
        }

        private void Deposit(Tranche tranche, decimal amount)
        {
            Book();
            if (VaultRules.Deposit(new VaultView(_pool, tranche, _shares[tranche], Shares.Zero), amount, Capital) is { Refusal: null, Move: { } move })
            {
                (_pool, _shares[tranche]) = (move.After, _shares[tranche] + move.Shares);
                Post(JournalEntry.Of("deposit", "x", _now, Posting.Debit(Account.Cash, amount), Posting.Credit(Account.Capital(tranche), amount)));
            }
        }

        private void Withdraw(Tranche tranche, decimal amount)
        {
            Book();
            var decision = VaultRules.Withdraw(
                new VaultView(_pool, tranche, _shares[tranche], _shares[tranche]), Math.Round(amount, 2), shares: null, WithdrawalStops.None with { Breaker = _breaker.Reason }, Capital, Limits);
            if (decision is { Refusal: null, Move: { } move })
            {
                (_pool, _shares[tranche]) = (move.After, _shares[tranche] - move.Shares);
                Post(JournalEntry.Of("withdrawal", "x", _now, Posting.Debit(Account.Capital(tranche), move.AmountUsd), Posting.Credit(Account.Cash, move.AmountUsd)));
            }
        }

        private void Bind(Product product, decimal coverage, int days)
        {
            var cover = new ProposedCover(product, coverage, Attribution.Of(coverage, Capital.LossShares));
            if (Underwriting.Check(_pool, cover, new SalesStops(_breaker.Reason, KnownEvent: null), worstStressLossUsd: null, Capital, Limits).Any(c => !c.Passed))
            {
                return;
            }

            var premium = Math.Max(1m, Math.Round(coverage * 0.02m, 2));
            var quote = new BindableQuote(
                Guid.CreateVersion7(_now), product.CoverageType, product.Chain, product.Stablecoin, coverage, days, premium, 0.02m, Terms: null, Bindable: true, _now.AddMinutes(5));
            _active.Add(Policy.Bind(quote, "x", cover.Attribution, _now));
            var after = Underwriting.After(_pool, cover);
            _pool = after with { CashUsd = after.CashUsd + premium, UnearnedPremiumUsd = after.UnearnedPremiumUsd + premium };
            Post(JournalEntry.Of("premium", "x", _now, Posting.Debit(Account.Cash, premium), Posting.Credit(Account.PremiumUnearned, premium)));
        }

        private void Pass(TimeSpan span)
        {
            _now += span;
            Book();
            foreach (var ended in _active.Where(p => p.EndsAt <= _now).ToList())
            {
                Assert.Equal(ended.PremiumUsd, ended.EarnedUsd);
                Release(ended);
                _pool = _pool with
                {
                    ActivePolicies = _pool.ActivePolicies - 1,
                    Tranches = [.. _pool.Tranches.Select(t => t with { CoverageUsd = t.CoverageUsd - ended.Attribution[t.Tranche] })],
                };
            }
        }

        /// <summary>Linear to the second, rounded down on the way; the end takes the rest.</summary>
        private void Book()
        {
            var earned = 0m;
            for (var i = 0; i < _active.Count; i++)
            {
                var policy = _active[i];
                var part = (decimal)(_now - policy.StartsAt).TotalSeconds / (decimal)(policy.EndsAt - policy.StartsAt).TotalSeconds;
                var due = part >= 1 ? policy.PremiumUsd : Math.Round(policy.PremiumUsd * part, 2, MidpointRounding.ToZero);
                earned += due - policy.EarnedUsd;
                _active[i] = policy with { EarnedUsd = due };
            }

            if (earned > 0)
            {
                (var entry, _pool) = PremiumBooking.Earn(earned, "book", _pool, _now - _bookedAt, _now);
                Post(entry);
                _bookedAt = _now;
            }
        }

        private void Pay(int which, decimal fraction)
        {
            if (_active.Count == 0)
            {
                return;
            }

            Book();
            var policy = _active[which % _active.Count];
            var before = Owned;
            var finding = new Finding.Met(policy, "It happened.", new DecisionBasis("depeg", new Dictionary<string, decimal>()), _now, fraction);
            var book = new SettlementBook(new SettlementView(_pool, _breaker, _recent, _last), new CanonicalPoints([finding]), new BreakerOptions(), _now);
            var decision = book.Pay(finding, policy, filed: null);
            (_pool, _last) = (book.Position, new EvidenceLink(decision.Evidence.Number, decision.Evidence.Hash));
            _breaker = book.TripReason is { } reason ? new(reason, _now, _breaker.ResetAt) : _breaker;
            _recent = new RecentLosses((_recent?.LossesUsd ?? 0) + decision.Claim.PayoutUsd!.Value, _recent?.CapitalBeforeUsd ?? decision.CapitalBeforeUsd);
            Release(policy);
            _waiting.Add(decision.Claim);
            Post(decision.Entries);
            Assert.Equal(before - (decision.Claim.PayoutUsd - decision.Claim.ShortfallUsd), Owned);
        }

        private void Release(Policy policy)
        {
            Assert.True(_active.RemoveAll(p => p.PolicyId == policy.PolicyId) == 1);
            _pool = _pool with
            {
                CoverageByType = Less(_pool.CoverageByType, policy.Product.CoverageType, policy.CoverageUsd),
                CoverageByChain = Less(_pool.CoverageByChain, policy.Product.Chain, policy.CoverageUsd),
                CoverageByStablecoin = Less(_pool.CoverageByStablecoin, policy.Product.Stablecoin, policy.CoverageUsd),
            };
        }

        private static Dictionary<T, decimal> Less<T>(IReadOnlyDictionary<T, decimal> coverage, T member, decimal amount)
            where T : struct, Enum =>
            coverage.ToDictionary(c => c.Key, c => EqualityComparer<T>.Default.Equals(c.Key, member) ? c.Value - amount : c.Value);

        private void PayClaims()
        {
            foreach (var paid in ClaimPayments.Payable(_waiting.ToList(), _pool.CashUsd, _now))
            {
                Assert.Equal(_waiting[0].ClaimId, paid.ClaimId);
                _waiting.RemoveAt(0);
                var owed = paid.PayoutUsd!.Value - paid.ShortfallUsd!.Value;
                _pool = _pool with { CashUsd = _pool.CashUsd - owed, ClaimsPayableUsd = _pool.ClaimsPayableUsd - owed };
                Post(JournalEntry.Of("claim_paid", "x", _now, Posting.Debit(Account.ClaimsPayable, owed), Posting.Credit(Account.Cash, owed)));
            }
        }

        private void LoseAllThatIsLiquid()
        {
            Deploy(1m, 0m);
            Deploy(-1m, -1m);
        }

        /// <summary>A part of the liquid reserves goes out, or a part of what is out comes back with a gain of a fifth … the loss of all of it.</summary>
        private void Deploy(decimal part, decimal gain)
        {
            var (direction, amount) = part >= 0
                ? (DeploymentDirection.Deploy, Math.Max(0, _pool.LiquidReservesUsd) * part)
                : (DeploymentDirection.Return, _pool.DeployedUsd * -part);
            amount = Math.Round(amount, 2, MidpointRounding.ToZero);
            if (amount == 0)
            {
                return;
            }

            Book();
            var gained = direction is DeploymentDirection.Return ? Math.Round(amount * gain, 2, MidpointRounding.ToZero) : 0;
            var entry = Deployment.EntryOf(direction, amount, gained, _pool, _now);
            var moved = direction is DeploymentDirection.Deploy ? amount : -amount;
            var beyond = entry.Postings.Where(p => p.Account == Account.Shortfall).Sum(p => p.AmountUsd);
            Assert.True(beyond == 0 || entry.Postings.Where(p => p.Account.StartsWith("capital:", StringComparison.Ordinal)).Sum(p => p.AmountUsd) == _pool.TotalCapitalUsd);
            _pool = _pool with
            {
                CashUsd = _pool.CashUsd - moved + gained,
                DeployedUsd = _pool.DeployedUsd + moved,
                ShortfallUsd = _pool.ShortfallUsd + beyond,
                Tranches = [.. _pool.Tranches.Select(t => t with { CapitalUsd = t.CapitalUsd - entry.Postings.Where(p => p.Account == Account.Capital(t.Tranche)).Sum(p => p.AmountUsd) })],
            };
            Post(entry);
            Reduce(beyond);
        }

        /// <summary>Who is decided last is paid last, and so loses first.</summary>
        private void Reduce(decimal beyond)
        {
            var owed = _waiting.Select(c => c.PayoutUsd!.Value - c.ShortfallUsd!.Value).ToList();
            foreach (var reduction in beyond > 0 ? ClaimReduction.Of([.. _waiting], beyond) : [])
            {
                var at = _waiting.FindIndex(c => c.ClaimId == reduction.Claim.ClaimId);
                Assert.True(_waiting.Skip(at + 1).All(c => c.PayoutUsd == c.ShortfallUsd), "A newer claim is still owed something.");
                _waiting[at] = _waiting[at] with { ShortfallUsd = _waiting[at].ShortfallUsd + reduction.AmountUsd };
                _pool = _pool with { ClaimsPayableUsd = _pool.ClaimsPayableUsd - reduction.AmountUsd };
                Post(reduction.Entry(_now));
                HasReduced = true;
            }

            _lostBeyondAll += Math.Max(0, beyond - owed.Sum());
            Assert.Equal(Math.Max(0, owed.Sum() - beyond), _pool.ClaimsPayableUsd);
        }
    }
}
