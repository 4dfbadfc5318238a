//! What an RSA operation takes here, measured while everybody else is at work: the processor is
//! not faster for us than for them.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use set_core::crypto::{CryptoError, CryptoProvider as _, PrivateKey, RustCrypto, SHA1_LEN};

use super::report::number;
use super::tally::{Half, Kind};
use crate::mall::stage::StageError;

/// What was measured: how long each operation took, by its kind.
#[derive(Clone, Debug, Default)]
pub struct Speed(BTreeMap<Kind, Vec<Duration>>);

/// Measures now and then until the work is done.
#[derive(Debug)]
pub struct Sampler {
    keys: Vec<Sample>,
}

/// A key and what it has signed.
#[derive(Debug)]
struct Sample {
    key: PrivateKey,
    digest: [u8; SHA1_LEN],
    signature: Vec<u8>,
}

impl Sampler {
    /// Makes keys of the sizes that end entities and CAs have.
    ///
    /// # Errors
    ///
    /// RSA fails.
    pub fn new() -> Result<Self, StageError> {
        let keys = SIZES.map(|bits| {
            let key = RustCrypto.generate_rsa(bits)?;
            let digest = RustCrypto.sha1(&[b"measured"]);
            let signature = key.sign_sha1(&RustCrypto, &digest)?;
            Ok(Sample {
                key,
                digest,
                signature,
            })
        });
        let keys: Result<Vec<Sample>, CryptoError> = keys.into_iter().collect();
        Ok(Self {
            keys: keys.map_err(told)?,
        })
    }

    /// Measures, with a pause between, until `done`.
    ///
    /// # Errors
    ///
    /// RSA fails.
    pub fn measure_until(&self, done: &AtomicBool) -> Result<Speed, StageError> {
        let mut speed = Speed::default();
        loop {
            for sample in &self.keys {
                sample.measure(&mut speed)?;
            }
            if done.load(Ordering::SeqCst) {
                return Ok(speed);
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Sample {
    fn measure(&self, speed: &mut Speed) -> Result<(), StageError> {
        let bits = u32::try_from(self.key.public_key().bits()).unwrap_or(u32::MAX);
        speed.add(Half::Private, bits, || {
            let signature = self.key.sign_sha1(&RustCrypto, black_box(&self.digest));
            signature.map(drop)
        })?;
        speed.add(Half::Public, bits, || {
            let key = self.key.public_key();
            RustCrypto.verify_sha1(key, black_box(&self.digest), black_box(&self.signature))
        })
    }
}

impl Speed {
    /// Seconds that one operation takes when nobody interrupts it, which is the median; none for
    /// a kind that was not measured.
    #[must_use]
    pub fn seconds(&self, kind: Kind) -> Option<f64> {
        let mut times = self.0.get(&kind)?.clone();
        times.sort_unstable();
        times.get(times.len() / 2).map(Duration::as_secs_f64)
    }

    /// The kinds that were measured, and seconds for each.
    pub fn all(&self) -> impl Iterator<Item = (Kind, f64)> {
        let kinds = self.0.keys();
        kinds.filter_map(|kind| Some((*kind, self.seconds(*kind)?)))
    }

    /// Seconds that the measuring itself took.
    #[must_use]
    pub fn taken(&self) -> f64 {
        let kinds = self.0.iter();
        let taken = kinds.filter_map(|(kind, times)| {
            // Of each round one operation was not measured.
            let rounds = times.len() / ROUND;
            Some(number(times.len() + rounds) * self.seconds(*kind)?)
        });
        taken.sum()
    }

    fn add(
        &mut self,
        half: Half,
        bits: u32,
        mut once: impl FnMut() -> Result<(), CryptoError>,
    ) -> Result<(), StageError> {
        // The first finds the caches cold, as it does not in a server that is busy.
        once().map_err(told)?;
        let times = self.0.entry(Kind { half, bits }).or_default();
        for _ in 0..ROUND {
            let began = Instant::now();
            once().map_err(told)?;
            times.push(began.elapsed());
        }
        Ok(())
    }
}

fn told(fault: CryptoError) -> StageError {
    StageError::Disproved(fault.to_string())
}

/// Bits of the keys of end entities and of CAs.
const SIZES: [usize; 2] = [1024, 2048];
/// Operations of a kind that are measured one after another.
const ROUND: usize = 4;
const PAUSE: Duration = Duration::from_millis(150);
