//! Random histories: with the cache and without, the verdict is the same.

use std::sync::Mutex;

use set_core::asn1::Date;
use set_core::path::cache::{self, ChainCache};
use set_core::path::{Purpose, TrustStore, verify};
use set_core::x509::bci::{BciContents, CrlIdentifier};
use set_core::x509::crl::CrlContents;
use set_core::x509::{Brand, BrandCrlIdentifier, Certificate, SetName};
use set_testkit::Deterministic;
use set_testkit::clock::noon;
use set_testkit::hierarchy::{DAY, Issued, bci_contents, crl_contents, hierarchy};
use set_testkit::prng::Prng;

use crate::rig::{Holdings, sign_crl};

/// A verifier to whom things happen.
struct World {
    chance: Prng,
    holdings: Holdings,
    /// The last CRL number of each of [`issuers`].
    numbers: Vec<u64>,
    sequence_num: u64,
    memory: Mutex<ChainCache>,
    provider: Deterministic,
    seen: Seen,
}

/// What a run came across; a test that meets none of these shows nothing.
#[derive(Debug, Default)]
struct Seen {
    believed: u32,
    remembered: u32,
    refused: u32,
    /// Refused although it had been believed, and remembered, before.
    refused_after_all: u32,
}

/// Who signs CRLs.
fn issuers() -> [&'static Issued; 5] {
    let brand = hierarchy();
    [
        &brand.root,
        &brand.brand_ca,
        &brand.mca.crl_signing,
        &brand.pca.crl_signing,
        &brand.cca.crl_signing,
    ]
}

fn questions() -> [(&'static Certificate, Purpose); 6] {
    let brand = hierarchy();
    [
        (
            &brand.merchant_signature.certificate,
            Purpose::MerchantSignature,
        ),
        (
            &brand.merchant_encryption.certificate,
            Purpose::MerchantEncryption,
        ),
        (
            &brand.gateway_signature.certificate,
            Purpose::GatewaySignature,
        ),
        (&brand.cardholder.certificate, Purpose::CardholderSignature),
        (
            &brand.mca.message_signing.certificate,
            Purpose::MerchantCaSignature,
        ),
        (&brand.brand_ca.certificate, Purpose::BrandCaCrl),
    ]
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            chance: Prng::new(seed),
            holdings: Holdings::all(),
            numbers: vec![1; issuers().len()],
            sequence_num: 1,
            memory: Mutex::new(ChainCache::new(4)),
            provider: Deterministic::seeded(1),
            seen: Seen::default(),
        }
    }

    fn step(&mut self) {
        match self.chance.between(0, 19) {
            0..=11 => self.ask(),
            12 => self.new_crl(),
            13 => self.new_bci(),
            14 | 15 => self.time_passes(),
            16 => self.bag_changes(),
            17 => self.lists_are_lost(),
            18 if self.chance.one_in(4) => self.policy_or_roots_change(),
            18 => {}
            _ => self.recover(),
        }
    }

    fn ask(&mut self) {
        let (certificate, purpose) = *self.chance.pick(&questions()).unwrap();
        let wanted: Option<Brand> = match self.chance.between(0, 9) {
            0..=4 => None,
            5..=8 => Some(SetName::new("US", "orchard").unwrap().brand()),
            _ => Some(SetName::new("US", "Vineyard").unwrap().brand()),
        };
        let holdings = &self.holdings;
        let (policy, material) = (&holdings.policy, holdings.material());
        let question = holdings.question(certificate, purpose, wanted.as_ref());
        let known = self
            .memory
            .lock()
            .unwrap()
            .recall(&cache::ChainKey {
                thumbprint: *certificate.thumbprint(&self.provider).as_octets(),
                purpose,
            })
            .is_some();
        let before = self.provider.public_operations();
        let remembering = cache::verify(&self.memory, &self.provider, policy, &material, &question);
        let cost = self.provider.public_operations() - before;
        let anew = verify(&self.provider, policy, &material, &question);
        match (remembering, anew) {
            (Ok(one), Ok(other)) => {
                assert_eq!(one.chain(), other.chain());
                assert_eq!(one.brand(), other.brand());
                self.seen.believed += 1;
                self.seen.remembered += u32::from(cost == 0);
            }
            (Err(one), Err(other)) => {
                assert_eq!(one, other);
                self.seen.refused += 1;
                self.seen.refused_after_all += u32::from(known);
            }
            (one, other) => panic!(
                "{purpose:?} at {}: remembering {one:?}, anew {other:?}",
                question.at
            ),
        }
        assert!(self.memory.lock().unwrap().len() <= 4);
    }

    /// A CRL of somebody, in place of the old one or beside it, true or forged.
    fn new_crl(&mut self) {
        let which = usize::try_from(self.chance.between(0, 4)).unwrap();
        let issuer = issuers()[which];
        self.numbers[which] += self.chance.between(0, 2);
        let below: Vec<Certificate> = Holdings::all()
            .certificates
            .into_iter()
            .filter(|certificate| certificate.issuer() == issuer.certificate.subject())
            .collect();
        let revoked = match self.chance.pick(&below) {
            Some(one) if self.chance.one_in(3) => {
                vec![(one.serial_number().clone(), self.holdings.at)]
            }
            _ => Vec::new(),
        };
        let begin = self.moment();
        let contents = CrlContents {
            this_update: begin,
            next_update: begin.plus(self.duration()),
            ..crl_contents(self.numbers[which], revoked)
        };
        let mut signer = issuer.clone();
        if self.chance.one_in(6) {
            // The key of another, under this issuer's name.
            signer.certificate = hierarchy().brand_ca.certificate.clone();
            signer.key = hierarchy().brand_ca.key.clone();
        }
        let crl = sign_crl(&contents, &signer);
        match self.chance.between(0, 2) {
            0 => self.holdings.crls.insert(0, crl),
            1 => self.holdings.crls.push(crl),
            _ => self.holdings = self.holdings.clone().with_crl(crl),
        }
    }

    fn new_bci(&mut self) {
        self.sequence_num += 1;
        let not_before = self.moment();
        let not_after = not_before.plus(self.duration());
        let mut crls = Vec::new();
        for (issuer, number) in issuers().iter().zip(&self.numbers) {
            let ahead = u64::from(self.chance.one_in(8));
            if !self.chance.one_in(6) {
                crls.push(CrlIdentifier {
                    issuer_name: issuer.certificate.subject().clone(),
                    crl_number: number + ahead,
                });
            }
        }
        let contents = BciContents {
            not_before,
            not_after,
            crls,
            ..bci_contents(self.sequence_num, &[]).unwrap()
        };
        let signer = match self.chance.one_in(8) {
            true => &hierarchy().mca.crl_signing,
            false => &hierarchy().brand_ca,
        };
        self.holdings.bci = Some(
            BrandCrlIdentifier::sign(
                contents,
                &signer.certificate,
                &signer.key,
                &Deterministic::seeded(4),
            )
            .unwrap(),
        );
    }

    /// To somewhere near, to the edge of something, or back.
    fn time_passes(&mut self) {
        let at = self.holdings.at;
        let early = self.holdings.policy.freshness_seconds;
        let edges: Vec<Date> = self
            .holdings
            .crls
            .iter()
            .flat_map(|crl| [crl.this_update().minus(early), crl.next_update()])
            .chain(self.holdings.bci.iter().flat_map(|bci| {
                let list = &bci.to_be_signed;
                [list.bci_not_before.minus(early), list.bci_not_after]
            }))
            .flat_map(|edge| [edge.minus(1), edge, edge.plus(1)])
            .filter(|edge| at < *edge)
            .collect();
        self.holdings.at = match self.chance.between(0, 9) {
            0..=4 => at.plus(self.chance.between(0, 90)),
            5..=8 => self.chance.pick(&edges).copied().unwrap_or(at.plus(DAY)),
            _ => at.minus(self.chance.between(0, 7_200)),
        };
    }

    fn bag_changes(&mut self) {
        let all = Holdings::all().certificates;
        let one = self.chance.pick(&all).unwrap().clone();
        let held = &mut self.holdings.certificates;
        match self.chance.between(0, 3) {
            0 => held.retain(|other| *other != one),
            1 => held.push(one),
            2 => held.insert(0, one),
            _ => held.reverse(),
        }
    }

    fn lists_are_lost(&mut self) {
        if self.chance.one_in(4) {
            self.holdings.bci = None;
        } else if let Some(one) = self.chance.pick(&self.holdings.crls.clone()) {
            self.holdings.crls.retain(|crl| crl != one);
        }
    }

    fn policy_or_roots_change(&mut self) {
        let policy = &mut self.holdings.policy;
        match self.chance.between(0, 4) {
            0 => policy.require_every_listed_crl ^= true,
            1 => policy.max_chain = 7 - policy.max_chain.min(4),
            2 => policy.freshness_seconds = 4_000 - policy.freshness_seconds,
            3 => policy.max_candidates = if policy.max_candidates > 6 { 6 } else { 32 },
            _ => self.holdings.roots = TrustStore::default(),
        }
    }

    /// Everything fresh and at hand again.
    fn recover(&mut self) {
        let (at, policy) = (self.holdings.at, self.holdings.policy.clone());
        self.holdings = Holdings::all();
        if self.chance.one_in(3) {
            self.holdings.policy = policy;
        }
        if at < noon().plus(300 * DAY) && !self.chance.one_in(4) {
            self.holdings.at = at;
            self.holdings.crls = issuers()
                .iter()
                .zip(&self.numbers)
                .map(|(issuer, number)| {
                    let contents = CrlContents {
                        this_update: at,
                        next_update: at.plus(7_000),
                        ..crl_contents(number + 1, Vec::new())
                    };
                    sign_crl(&contents, issuer)
                })
                .collect();
            self.new_bci();
        } else {
            self.numbers = vec![1; issuers().len()];
        }
    }

    fn moment(&mut self) -> Date {
        let at = self.holdings.at;
        match self.chance.between(0, 3) {
            0 => at.plus(self.chance.between(0, 4_000)),
            _ => at.minus(self.chance.between(0, 60)),
        }
    }

    fn duration(&mut self) -> u64 {
        match self.chance.between(0, 2) {
            0 => self.chance.between(0, 90),
            1 => 7_200,
            _ => 30 * DAY,
        }
    }
}

#[test]
fn with_the_cache_and_without_the_verdict_is_the_same() {
    let mut total = Seen::default();
    for seed in 0..60 {
        let mut world = World::new(seed);
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..80 {
                world.step();
            }
        }));
        if let Err(failure) = run {
            eprintln!("the history of seed {seed} fails");
            std::panic::resume_unwind(failure);
        }
        total.believed += world.seen.believed;
        total.remembered += world.seen.remembered;
        total.refused += world.seen.refused;
        total.refused_after_all += world.seen.refused_after_all;
    }
    let Seen {
        believed,
        remembered,
        refused,
        refused_after_all,
    } = total;
    assert!(believed > 600 && refused > 300, "{total:?}");
    assert!(remembered > 150 && refused_after_all > 60, "{total:?}");
}
