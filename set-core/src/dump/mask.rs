//! Starring out what looks like an account number.

/// Stars out the inner digits of every run that looks like a PAN.
///
/// A run is made of digits that follow each other or have one space or hyphen between
/// them. It looks like a PAN when it has 13 to 19 digits and its last is their check digit
/// (Luhn); a longer run, when that holds of its leading 13 to 19 digits.
pub(super) fn text(text: &str) -> String {
    let mut octets = text.as_bytes().to_vec();
    // Only ASCII digits are replaced by ASCII stars, so the text stays UTF-8.
    mask(&mut octets, b'*');
    String::from_utf8(octets).unwrap_or_default()
}

/// Which octets of `octets` are to be hidden.
pub(super) fn octets(octets: &[u8]) -> Vec<bool> {
    let mut masked = octets.to_vec();
    mask(&mut masked, b'*');
    octets
        .iter()
        .zip(masked)
        .map(|(plain, masked)| *plain != masked)
        .collect()
}

fn mask(octets: &mut [u8], star: u8) {
    let mut run: Vec<usize> = Vec::new();
    let mut hidden: Vec<usize> = Vec::new();
    for (place, octet) in octets.iter().enumerate() {
        let near = run.last().is_none_or(|last| place - last <= 2);
        match octet {
            b'0'..=b'9' if near => run.push(place),
            b'0'..=b'9' => {
                close(&mut run, octets, &mut hidden);
                run.push(place);
            }
            b' ' | b'-' => {}
            _ => close(&mut run, octets, &mut hidden),
        }
    }
    close(&mut run, octets, &mut hidden);
    for place in hidden {
        if let Some(octet) = octets.get_mut(place) {
            *octet = star;
        }
    }
}

/// Ends a run: adds the places to hide, if it looks like a PAN.
fn close(run: &mut Vec<usize>, octets: &[u8], hidden: &mut Vec<usize>) {
    let digits: Vec<u8> = run
        .iter()
        .filter_map(|place| octets.get(*place).copied())
        .collect();
    let lengths = if digits.len() > LONGEST {
        SHORTEST..=LONGEST
    } else {
        digits.len().max(SHORTEST)..=digits.len()
    };
    let longest = lengths
        .rev()
        .find(|length| digits.get(..*length).is_some_and(luhn_valid));
    if let Some(length) = longest {
        let inner = SHOWN_HEAD..length.saturating_sub(SHOWN_TAIL);
        hidden.extend(run.get(inner).unwrap_or_default());
    }
    run.clear();
}

fn luhn_valid(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(digit, doubled)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            match (doubled, digit) {
                (false, digit) => digit,
                (true, 0..=4) => digit * 2,
                (true, _) => digit * 2 - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

const SHORTEST: usize = 13;
const LONGEST: usize = 19;
const SHOWN_HEAD: usize = 6;
const SHOWN_TAIL: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_are_starred_out_with_and_without_separators() {
        for (plain, masked) in [
            ("4111111111111111", "411111******1111"),
            ("card 4111 1111 1111 1111.", "card 4111 11** **** 1111."),
            ("4111-1111-1111-1111", "4111-11**-****-1111"),
            ("4111111111111111=991212345", "411111******1111=991212345"),
            ("é4222222222222é", "é422222***2222é"),
        ] {
            assert_eq!(text(plain), masked);
        }
    }

    #[test]
    fn an_account_number_before_other_digits_is_starred_out() {
        let masked = text("4111111111111111199912");
        assert!(!masked.contains("411111111111"), "{masked}");
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for plain in ["4111111111111112", "411111111111", "1997-06-04", "a1b2"] {
            assert_eq!(text(plain), plain);
        }
    }

    #[test]
    fn octets_are_marked_one_by_one() {
        let marks = octets(b"\x004222222222222\xff");
        assert_eq!(marks.iter().filter(|hidden| **hidden).count(), 3);
    }
}
