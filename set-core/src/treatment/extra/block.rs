//! The fields of a block, one after the other, each of a fixed length.

use zeroize::Zeroizing;

use crate::secret::{
    ACCT_IDENTIFICATION_LEN, AcctIdentification, CardExpiry, PAN_MAX_DIGITS, Pan, SECRET_LEN,
};

/// Octets of a card expiry.
const EXPIRY_LEN: usize = 6;

/// Writes fields.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// The fields of a block of `length` octets, which is reserved at once so that no
    /// copy is left behind by growing.
    pub(super) fn of(length: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(length)))
    }

    pub(super) fn pan(self, pan: &Pan) -> Self {
        self.octets(pan.expose_padded())
    }

    pub(super) fn expiry(self, expiry: &CardExpiry) -> Self {
        self.octets(expiry.expose().as_bytes())
    }

    pub(super) fn octets(mut self, octets: &[u8]) -> Self {
        self.0.extend_from_slice(octets);
        self
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Reads fields.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// A PAN: digits, padded on the right with zero octets.
    pub(super) fn pan(&mut self) -> Option<Pan> {
        let padded: &[u8; PAN_MAX_DIGITS] = self.take()?;
        let digits = padded.iter().take_while(|octet| **octet != 0).count();
        let (digits, padding) = padded.split_at_checked(digits)?;
        if padding.iter().any(|octet| *octet != 0) {
            return None;
        }
        Pan::new(digits).ok()
    }

    pub(super) fn expiry(&mut self) -> Option<CardExpiry> {
        CardExpiry::new(self.take::<EXPIRY_LEN>()?).ok()
    }

    /// An account, padded on the right with spaces.
    pub(super) fn account(&mut self) -> Option<AcctIdentification> {
        AcctIdentification::new(self.take::<ACCT_IDENTIFICATION_LEN>()?).ok()
    }

    pub(super) fn secret(&mut self) -> Option<[u8; SECRET_LEN]> {
        self.take().copied()
    }

    /// Nothing may be left.
    pub(super) fn finish(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(field)
    }
}
