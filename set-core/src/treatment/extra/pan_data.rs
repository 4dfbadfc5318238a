//! PANData in a block: pan 19, expiry 6, panSecret 20, exNonce 20.

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use super::block::{Reader, Writer};
use super::{Extra, LinkedExtra};
use crate::asn1::oid;
use crate::crypto::oaep::ContentKind;
use crate::msg::payment::account::PanData;
use crate::secret::{ExNonce, PanSecret};

impl Extra for PanData {
    const KIND: ContentKind = ContentKind::PanData;

    fn to_block(&self) -> Zeroizing<Vec<u8>> {
        Writer::of(Self::KIND.extra_len())
            .pan(&self.pan)
            .expiry(&self.card_expiry)
            .octets(self.pan_secret.expose())
            .octets(self.ex_nonce.expose())
            .finish()
    }

    fn from_block(octets: &[u8]) -> Option<Self> {
        let mut fields = Reader::new(octets);
        let data = Self {
            pan: fields.pan()?,
            card_expiry: fields.expiry()?,
            pan_secret: PanSecret::from_octets(fields.secret()?),
            ex_nonce: ExNonce::from_octets(fields.secret()?),
        };
        fields.finish()?;
        Some(data)
    }
}

impl LinkedExtra for PanData {
    const CONTENT_TYPE: ObjectIdentifier = oid::content::PAN_DATA;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{CardExpiry, Pan};

    fn data(pan: &str) -> PanData {
        PanData {
            pan: Pan::new(pan).unwrap(),
            card_expiry: CardExpiry::new("203012").unwrap(),
            pan_secret: PanSecret::from_octets([0x11; 20]),
            ex_nonce: ExNonce::from_octets([0x22; 20]),
        }
    }

    #[test]
    fn the_block_is_the_raw_fields_with_the_pan_padded_by_zero_octets() {
        let mut expected = b"4111111111111111\0\0\x00203012".to_vec();
        expected.extend([0x11; 20]);
        expected.extend([0x22; 20]);
        assert_eq!(*data("4111111111111111").to_block(), expected);
        assert_eq!(expected.len(), 65);
    }

    #[test]
    fn what_was_laid_out_reads_back_for_every_length_of_pan() {
        for length in 1..=19 {
            let data = data(&"7".repeat(length));
            assert_eq!(PanData::from_block(&data.to_block()), Some(data));
        }
    }

    #[test]
    fn malformed_fields_and_wrong_lengths_are_refused() {
        let good = data("4111111111111111").to_block().to_vec();
        for (place, octet) in [(0, 0), (3, b'x'), (17, b'1'), (24, b'x')] {
            let mut bad = good.clone();
            bad[place] = octet;
            assert_eq!(PanData::from_block(&bad), None, "octet {place}");
        }
        assert_eq!(PanData::from_block(&good[..64]), None);
        assert_eq!(PanData::from_block(&[good, vec![0]].concat()), None);
        assert_eq!(PanData::from_block(&[]), None);
    }
}
