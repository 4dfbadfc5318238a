//! Criterion's results, gathered.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Everything measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// By name.
    pub benchmarks: BTreeMap<String, Measured>,
}

/// One benchmark.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The mean of one iteration, in nanoseconds.
    pub nanoseconds: f64,
    /// Its confidence interval, in nanoseconds.
    pub between: [f64; 2],
    /// Octets treated in one iteration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub octets: Option<u64>,
    /// How many times the time of OpenSSL, where both ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_openssl: Option<f64>,
}

impl Summary {
    /// Reads criterion's folder.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or that is not criterion's.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut summary = Self::default();
        summary.walk(folder, DEPTH)?;
        let theirs: Vec<(String, f64)> = summary
            .benchmarks
            .iter()
            .filter_map(|(name, it)| Some((name.strip_suffix(OPENSSL)?.to_owned(), it.nanoseconds)))
            .collect();
        for (name, nanoseconds) in theirs {
            if let Some(ours) = summary.benchmarks.get_mut(&name) {
                ours.of_openssl = Some(ours.nanoseconds / nanoseconds);
            }
        }
        Ok(summary)
    }

    fn walk(&mut self, folder: &Path, depth: u8) -> io::Result<()> {
        let newest = folder.join("new");
        if newest.join("estimates.json").is_file() {
            let (name, measured) = measured(&newest)?;
            self.benchmarks.insert(name, measured);
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(());
        };
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                self.walk(&entry.path(), depth)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, it) in &self.benchmarks {
            write!(f, "{name:40} {:>12.1} us", it.nanoseconds / 1e3)?;
            if let Some(ratio) = it.of_openssl {
                write!(f, "  {ratio:.2} of OpenSSL's time")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn measured(newest: &Path) -> io::Result<(String, Measured)> {
    let id: Id = serde_json::from_slice(&fs::read(newest.join("benchmark.json"))?)?;
    let estimates: Estimates = serde_json::from_slice(&fs::read(newest.join("estimates.json"))?)?;
    let Estimates { mean } = estimates;
    let between = mean.confidence_interval;
    let measured = Measured {
        nanoseconds: mean.point_estimate,
        between: [between.lower_bound, between.upper_bound],
        octets: id.throughput.and_then(|it| it.bytes),
        of_openssl: None,
    };
    Ok((id.full_id, measured))
}

#[derive(Deserialize)]
struct Id {
    full_id: String,
    throughput: Option<PerIteration>,
}

#[derive(Deserialize)]
struct PerIteration {
    #[serde(rename = "Bytes")]
    bytes: Option<u64>,
}

#[derive(Deserialize)]
struct Estimates {
    mean: Mean,
}

#[derive(Deserialize)]
struct Mean {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// What the names of OpenSSL's benchmarks end with.
const OPENSSL: &str = "-openssl";

/// Criterion's folders: group, function, value.
const DEPTH: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_stands_where_openssl_ran_beside_our_own() {
        let folder = tempfile::tempdir().unwrap();
        for (name, mean) in [("sign", 30.0), ("sign-openssl", 10.0), ("verify", 5.0)] {
            let newest = folder.path().join("rsa-1024").join(name).join("new");
            fs::create_dir_all(&newest).unwrap();
            let id = format!(r#"{{"full_id":"rsa-1024/{name}","throughput":{{"Bytes":64}}}}"#);
            fs::write(newest.join("benchmark.json"), id).unwrap();
            let estimates = format!(
                r#"{{"mean":{{"point_estimate":{mean},
                "confidence_interval":{{"lower_bound":1.0,"upper_bound":40.0}}}}}}"#
            );
            fs::write(newest.join("estimates.json"), estimates).unwrap();
        }
        let summary = Summary::read(folder.path()).unwrap();
        let ratio = |name: &str| summary.benchmarks[name].of_openssl;
        assert_eq!(ratio("rsa-1024/sign"), Some(3.0));
        assert_eq!(ratio("rsa-1024/verify"), None);
        assert_eq!(summary.benchmarks["rsa-1024/sign"].octets, Some(64));
    }
}
