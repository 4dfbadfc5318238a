use crate::asn1::error::OutOfRange;
use crate::asn1::{self, Date, EncodeError, Limits, Opaque, SeqOf};
use crate::evidence::{Exhibit, Statement};
use crate::msg::ids::Xid;
use crate::sequence;
use crate::x509::BrandCrlIdentifier;

sequence! {
    /// The evidence about one transaction.
    ///
    /// ```text
    /// EvidenceBundle ::= SEQUENCE {
    ///   version       INTEGER { v1(1) },
    ///   xid           XID,
    ///   certificates  SEQUENCE OF Certificate,
    ///   crls          SEQUENCE OF CRL,
    ///   bcis          SEQUENCE OF BrandCRLIdentifier,
    ///   exhibits      SEQUENCE SIZE(1..MAX) OF BundledExhibit
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Bundle = "EvidenceBundle" {
        /// 1.
        version: u64 = "version",
        /// The transaction.
        xid: Xid = "xid",
        /// Certificates of all exhibits, each once.
        certificates: SeqOf<Opaque, 0> = "certificates",
        /// CRLs of all exhibits, each once.
        crls: SeqOf<Opaque, 0> = "crls",
        /// BCIs of all exhibits, each once.
        bcis: SeqOf<BrandCrlIdentifier, 0> = "bcis",
        /// What was signed, in the order of time.
        exhibits: SeqOf<BundledExhibit> = "exhibits",
    }
}

sequence! {
    /// An exhibit that names what the bundle holds by its place there, from 0.
    ///
    /// ```text
    /// BundledExhibit ::= SEQUENCE {
    ///   date          Date,
    ///   statement     Statement,
    ///   certificates  SEQUENCE OF INTEGER,  -- ascending
    ///   crls          SEQUENCE OF INTEGER,  -- ascending
    ///   bci           [0] EXPLICIT INTEGER OPTIONAL
    /// }
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BundledExhibit = "BundledExhibit" {
        /// When it was kept, as its keeper says.
        date: Date = "date",
        /// What was signed.
        statement: Statement = "statement",
        /// Certificates held at that time.
        certificates: SeqOf<u64, 0> = "certificates",
        /// CRLs held at that time.
        crls: SeqOf<u64, 0> = "crls",
        /// The BCI held at that time.
        bci: Option<u64> = "bci" [explicit 0 optional],
    }
}

/// What bundles and exhibits are read within: 64 MiB and 4,194,304 elements, since the CRLs of a
/// brand may alone fill a message, and an order has several exhibits of different days.
pub const LIMITS: Limits = Limits {
    octets: 1 << 26,
    depth: 32,
    elements: 1 << 22,
};

impl Bundle {
    /// The bundle of these exhibits.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] when there is no exhibit.
    pub fn of(xid: Xid, exhibits: Vec<Exhibit>) -> Result<Self, OutOfRange> {
        let (mut certificates, mut crls, mut bcis) = (Vec::new(), Vec::new(), Vec::new());
        let exhibits = exhibits.into_iter().map(|exhibit| {
            let bci = exhibit.bci.map(|bci| place(&mut bcis, bci));
            BundledExhibit {
                date: exhibit.date,
                statement: exhibit.statement,
                certificates: places(&mut certificates, exhibit.certificates.into_vec()),
                crls: places(&mut crls, exhibit.crls.into_vec()),
                bci,
            }
        });
        let exhibits = SeqOf::new(exhibits.collect())?;
        Ok(Self {
            version: 1,
            xid,
            certificates: certificates.into(),
            crls: crls.into(),
            bcis: bcis.into(),
            exhibits,
        })
    }

    /// The bundle in DER; none when it is beyond [`LIMITS`], so that nobody could check it.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], never in practice.
    pub fn to_octets(&self) -> Result<Option<Vec<u8>>, EncodeError> {
        let octets = asn1::encode(self)?;
        Ok(LIMITS.check(&octets).is_ok().then_some(octets))
    }
}

/// Where these stand among `all`, ascending; what is not among them yet is added.
fn places<T: PartialEq>(all: &mut Vec<T>, held: Vec<T>) -> SeqOf<u64, 0> {
    let mut places: Vec<u64> = held.into_iter().map(|one| place(all, one)).collect();
    places.sort_unstable();
    places.dedup();
    places.into()
}

fn place<T: PartialEq>(all: &mut Vec<T>, one: T) -> u64 {
    let known = all.iter().position(|other| *other == one);
    let place = known.unwrap_or_else(|| {
        all.push(one);
        all.len().saturating_sub(1)
    });
    u64::try_from(place).unwrap_or(u64::MAX)
}
