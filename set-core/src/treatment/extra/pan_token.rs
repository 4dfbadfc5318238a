//! PANToken in a block: pan 19, expiry 6, exNonce 20.

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use super::block::{Reader, Writer};
use super::{Extra, LinkedExtra};
use crate::asn1::oid;
use crate::crypto::oaep::ContentKind;
use crate::msg::payment::account::PanToken;
use crate::secret::ExNonce;

impl Extra for PanToken {
    const KIND: ContentKind = ContentKind::PanToken;

    fn to_block(&self) -> Zeroizing<Vec<u8>> {
        Writer::of(Self::KIND.extra_len())
            .pan(&self.pan)
            .expiry(&self.card_expiry)
            .octets(self.ex_nonce.expose())
            .finish()
    }

    fn from_block(octets: &[u8]) -> Option<Self> {
        let mut fields = Reader::new(octets);
        let token = Self {
            pan: fields.pan()?,
            card_expiry: fields.expiry()?,
            ex_nonce: ExNonce::from_octets(fields.secret()?),
        };
        fields.finish()?;
        Some(token)
    }
}

impl LinkedExtra for PanToken {
    const CONTENT_TYPE: ObjectIdentifier = oid::content::PAN_TOKEN;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{CardExpiry, Pan};

    #[test]
    fn the_block_is_the_raw_fields_and_reads_back() {
        let token = PanToken {
            pan: Pan::new("4111111111111111").unwrap(),
            card_expiry: CardExpiry::new("203012").unwrap(),
            ex_nonce: ExNonce::from_octets([0x22; 20]),
        };
        let mut expected = b"4111111111111111\0\0\x00203012".to_vec();
        expected.extend([0x22; 20]);
        assert_eq!(*token.to_block(), expected);
        assert_eq!(expected.len(), 45);
        assert_eq!(PanToken::from_block(&expected), Some(token));
        assert_eq!(PanToken::from_block(&expected[1..]), None);
    }
}
