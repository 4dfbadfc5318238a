use crate::asn1::Date;
use crate::msg::ids::Xid;
use crate::x509::Certificate;

/// What a bundle proves, exhibit by exhibit.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The transaction.
    pub xid: Xid,
    /// One for each exhibit, in their order.
    pub findings: Vec<Finding>,
}

/// What an exhibit proves, and what it does not.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is: order, acceptance, or the name of the gateway's answer.
    pub what: &'static str,
    /// When it was kept, as its keeper says; the chain was judged by this date.
    pub date: Date,
    /// The chain that was verified, from the signer up to the root.
    pub chain: Vec<Certificate>,
    /// What is proved, one step each.
    pub proved: Vec<String>,
    /// What is not.
    pub not_proved: Vec<&'static str>,
}
