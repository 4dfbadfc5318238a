use base64ct::{Base64, Encoding};

use super::error::WakeUpFault;

/// Content-Transfer-Encoding of the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Transfer {
    /// ASCII as it is; what a missing field means.
    #[default]
    SevenBit,
    /// Base64, line ends ignored.
    Base64,
    /// Octets as they are.
    Binary,
}

impl Transfer {
    pub(super) fn of_name(name: &str) -> Option<Self> {
        [Self::SevenBit, Self::Base64, Self::Binary]
            .into_iter()
            .find(|transfer| transfer.name().eq_ignore_ascii_case(name))
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SevenBit => "7bit",
            Self::Base64 => "base64",
            Self::Binary => "binary",
        }
    }

    /// The encoding that brings `content` through unharmed.
    pub(super) fn fitting(content: &[u8]) -> Self {
        let ascii = content.iter().all(|octet| matches!(octet, 1..=0x7f));
        let bare = |octet: &u8| matches!(octet, b'\r' | b'\n');
        let whole_lines = str::from_utf8(content).is_ok_and(|text| {
            !text
                .split("\r\n")
                .any(|line| line.bytes().any(|o| bare(&o)))
        });
        if ascii && whole_lines {
            Self::SevenBit
        } else {
            Self::Base64
        }
    }

    pub(super) fn decode(self, body: &[u8]) -> Result<Vec<u8>, WakeUpFault> {
        match self {
            Self::Binary => Ok(body.to_vec()),
            Self::SevenBit if body.iter().all(|octet| matches!(octet, 1..=0x7f)) => {
                Ok(body.to_vec())
            }
            Self::SevenBit => Err(WakeUpFault::Value {
                expected: "a body in 7-bit ASCII",
            }),
            Self::Base64 => {
                let characters: Vec<u8> = body
                    .iter()
                    .copied()
                    .filter(|octet| !matches!(octet, b'\r' | b'\n'))
                    .collect();
                str::from_utf8(&characters)
                    .ok()
                    .and_then(|text| Base64::decode_vec(text).ok())
                    .ok_or(WakeUpFault::Value {
                        expected: "a body in base64",
                    })
            }
        }
    }

    pub(super) fn encode(self, content: &[u8]) -> Vec<u8> {
        match self {
            Self::SevenBit | Self::Binary => content.to_vec(),
            Self::Base64 => {
                let mut body = Vec::new();
                for line in Base64::encode_string(content).as_bytes().chunks(LINE) {
                    body.extend_from_slice(line);
                    body.extend_from_slice(b"\r\n");
                }
                body
            }
        }
    }
}

/// Characters of a line of base64, as MIME has it.
const LINE: usize = 76;
