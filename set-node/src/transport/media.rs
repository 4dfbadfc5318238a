use std::{fmt, str::FromStr};

/// The media types under which SET travels over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `application/set-payment`: a payment message.
    Payment,
    /// `application/set-registration`: a certificate message.
    Registration,
    /// `application/set-payment-initiation`: the wake-up for a purchase.
    PaymentInitiation,
    /// `application/set-registration-initiation`: the wake-up for a registration.
    RegistrationInitiation,
}

/// A media type that is not one of SET's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a media type of SET")]
pub struct MediaTypeError;

impl MediaType {
    /// The name as it stands in a Content-Type field.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "application/set-payment",
            Self::Registration => "application/set-registration",
            Self::PaymentInitiation => "application/set-payment-initiation",
            Self::RegistrationInitiation => "application/set-registration-initiation",
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for MediaType {
    type Err = MediaTypeError;

    /// Reads the value of a Content-Type field; the case of letters and any
    /// parameters are ignored.
    fn from_str(field: &str) -> Result<Self, MediaTypeError> {
        let name = field.split(';').next().unwrap_or_default().trim();
        [
            Self::Payment,
            Self::Registration,
            Self::PaymentInitiation,
            Self::RegistrationInitiation,
        ]
        .into_iter()
        .find(|media| media.name().eq_ignore_ascii_case(name))
        .ok_or(MediaTypeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_case_do_not_matter_but_the_name_does() {
        assert_eq!(
            "Application/SET-Payment; x=y".parse(),
            Ok(MediaType::Payment)
        );
        assert_eq!(
            "application/set-payment-initiation".parse(),
            Ok(MediaType::PaymentInitiation)
        );
        assert_eq!(
            "application/set-paymen".parse::<MediaType>(),
            Err(MediaTypeError)
        );
        assert_eq!("".parse::<MediaType>(), Err(MediaTypeError));
    }
}
