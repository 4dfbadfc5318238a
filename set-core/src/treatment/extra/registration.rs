//! The parameters of registration: PANOnly, PANData0, AcctData.
//!
//! | X | layout | octets |
//! |---|---|---|
//! | PANOnly | pan 19, exNonce 20 | 39 |
//! | PANData0 | pan 19, expiry 6, cardSecret 20, exNonce 20 | 65 |
//! | AcctData | acctIdentification 74, exNonce 20 | 94 |

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use super::block::{Reader, Writer};
use super::{Extra, LinkedExtra};
use crate::asn1::{EncodeError, oid};
use crate::crypto::oaep::ContentKind;
use crate::msg::cert::cert_req::{AcctData, AcctInfo, PanData0};
use crate::msg::cert::reg_form::PanOnly;
use crate::secret::{CardSecret, ExNonce};

impl Extra for PanOnly {
    const KIND: ContentKind = ContentKind::PanOnly;

    fn to_block(&self) -> Zeroizing<Vec<u8>> {
        Writer::of(Self::KIND.extra_len())
            .pan(&self.pan)
            .octets(self.ex_nonce.expose())
            .finish()
    }

    fn from_block(octets: &[u8]) -> Option<Self> {
        let mut fields = Reader::new(octets);
        let only = Self {
            pan: fields.pan()?,
            ex_nonce: ExNonce::from_octets(fields.secret()?),
        };
        fields.finish()?;
        Some(only)
    }
}

impl LinkedExtra for PanOnly {
    const CONTENT_TYPE: ObjectIdentifier = oid::content::PAN_ONLY;
}

impl Extra for PanData0 {
    const KIND: ContentKind = ContentKind::PanData0;

    fn to_block(&self) -> Zeroizing<Vec<u8>> {
        Writer::of(Self::KIND.extra_len())
            .pan(&self.pan)
            .expiry(&self.card_expiry)
            .octets(self.card_secret.expose())
            .octets(self.ex_nonce.expose())
            .finish()
    }

    fn from_block(octets: &[u8]) -> Option<Self> {
        let mut fields = Reader::new(octets);
        let data = Self {
            pan: fields.pan()?,
            card_expiry: fields.expiry()?,
            card_secret: CardSecret::from_octets(fields.secret()?),
            ex_nonce: ExNonce::from_octets(fields.secret()?),
        };
        fields.finish()?;
        Some(data)
    }

    /// CertReqTBS has the CHOICE AcctInfo in this place.
    fn to_be_signed(&self) -> Result<Vec<u8>, EncodeError> {
        crate::asn1::encode(&AcctInfo::PanData0(Self {
            pan: self.pan.duplicate(),
            card_expiry: self.card_expiry.duplicate(),
            card_secret: self.card_secret.duplicate(),
            ex_nonce: self.ex_nonce.duplicate(),
        }))
    }
}

impl Extra for AcctData {
    const KIND: ContentKind = ContentKind::AcctData;

    fn to_block(&self) -> Zeroizing<Vec<u8>> {
        Writer::of(Self::KIND.extra_len())
            .octets(self.acct_identification.expose().as_bytes())
            .octets(self.ex_nonce.expose())
            .finish()
    }

    fn from_block(octets: &[u8]) -> Option<Self> {
        let mut fields = Reader::new(octets);
        let data = Self {
            acct_identification: fields.account()?,
            ex_nonce: ExNonce::from_octets(fields.secret()?),
        };
        fields.finish()?;
        Some(data)
    }

    /// CertReqTBS has the CHOICE AcctInfo in this place.
    fn to_be_signed(&self) -> Result<Vec<u8>, EncodeError> {
        crate::asn1::encode(&AcctInfo::AcctData(Self {
            acct_identification: self.acct_identification.duplicate(),
            ex_nonce: self.ex_nonce.duplicate(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{AcctIdentification, CardExpiry, Pan};

    fn pan_data0() -> PanData0 {
        PanData0 {
            pan: Pan::new("4111111111111111").unwrap(),
            card_expiry: CardExpiry::new("203012").unwrap(),
            card_secret: CardSecret::from_octets([7; 20]),
            ex_nonce: ExNonce::from_octets([9; 20]),
        }
    }

    #[test]
    fn each_block_has_the_length_of_its_kind_and_comes_back() {
        let data = pan_data0();
        let block = data.to_block();
        assert_eq!(block.len(), PanData0::KIND.extra_len());
        assert_eq!(&block[..25], b"4111111111111111\0\0\x00203012");
        assert_eq!(PanData0::from_block(&block), Some(data));

        let only = PanOnly {
            pan: Pan::new("4111111111111111").unwrap(),
            ex_nonce: ExNonce::from_octets([9; 20]),
        };
        let block = only.to_block();
        assert_eq!(block.len(), PanOnly::KIND.extra_len());
        assert_eq!(PanOnly::from_block(&block), Some(only));

        let account = AcctData {
            acct_identification: AcctIdentification::padded("DE89 3704").unwrap(),
            ex_nonce: ExNonce::from_octets([9; 20]),
        };
        let block = account.to_block();
        assert_eq!(block.len(), AcctData::KIND.extra_len());
        assert_eq!(AcctData::from_block(&block), Some(account));
    }

    #[test]
    fn a_block_with_digits_after_the_padding_or_another_length_is_refused() {
        let good = pan_data0().to_block().to_vec();
        let mut gap = good.clone();
        gap[5] = 0;
        assert_eq!(PanData0::from_block(&gap), None);
        let mut letter = good.clone();
        letter[20] = b'x';
        assert_eq!(PanData0::from_block(&letter), None);
        assert_eq!(PanData0::from_block(&good[1..]), None);
        let mut long = good.clone();
        long.push(0);
        assert_eq!(PanData0::from_block(&long), None);
    }

    #[test]
    fn signatures_cover_the_choice_with_its_tag() {
        let der = pan_data0().to_be_signed().unwrap();
        assert_eq!(der.first(), Some(&0xA0));
        assert_eq!(der.get(2), Some(&0x30));
    }
}
