//! PKCS padding, taken off without telling where it was wrong.

use subtle::{ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroizing;

use crate::crypto::{CryptoError, DES_BLOCK_LEN};

/// Takes 1 to 8 octets of padding off `padded`, each of which holds their number.
///
/// All eight octets of the last block are looked at, whatever they hold.
pub(super) fn strip(mut padded: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let Some(block) = padded.last_chunk::<DES_BLOCK_LEN>() else {
        return Err(CryptoError::Decryption);
    };
    let [.., count] = *block;
    let mut good = !count.ct_eq(&0) & !count.ct_gt(&BLOCK);
    for (octet, from_end) in block.iter().zip((1..=BLOCK).rev()) {
        let is_padding = !from_end.ct_gt(&count);
        good &= !is_padding | octet.ct_eq(&count);
    }
    let taken = u8::conditional_select(&0, &count, good);
    let kept = padded.len().saturating_sub(usize::from(taken));
    padded.truncate(kept);
    if bool::from(good) {
        Ok(padded)
    } else {
        Err(CryptoError::Decryption)
    }
}

const BLOCK: u8 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_last_block_is_judged_as_the_definition_says() {
        for count in 0..=u8::MAX {
            for spoiled in 0..=8 {
                let mut octets = vec![0xEE; 8];
                octets.extend([0xEE; 8]);
                for place in 0..usize::from(count).min(8) {
                    octets[15 - place] = count;
                }
                octets[15] = count;
                if spoiled < 8 {
                    octets[8 + spoiled] ^= 0x80;
                }
                let last = usize::from(octets[15]);
                let expected = (1..=8).contains(&last)
                    && octets[16 - last..].iter().all(|o| usize::from(*o) == last);
                let kept = octets[..16 - last.min(16)].to_vec();
                match strip(Zeroizing::new(octets)) {
                    Ok(plain) => {
                        assert!(expected);
                        assert_eq!(*plain, kept);
                    }
                    Err(error) => {
                        assert!(!expected);
                        assert_eq!(error, CryptoError::Decryption);
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_at_all_is_refused() {
        assert_eq!(
            strip(Zeroizing::new(Vec::new())),
            Err(CryptoError::Decryption)
        );
    }
}
