//! Errors: what refuses a request.
//!
//! An Error is no more than a hint: whatever was done to it, the client drops it or tells
//! its code, and takes the genuine response after it. A server that gets one does nothing.

use set_core::error::Error;
use set_core::exchange::{Refusal, receive};
use set_core::msg::error::ErrorCode;
use set_testkit::alter::Altered;
use set_testkit::street::{Server, Street, Wallet};

use crate::purchase::initiating;
use crate::table::Table;
use crate::{Exchange, Party, fields, flipped};

impl<S, P, T, M, H> Exchange<S, P, M, H>
where
    S: Server,
    P: Party,
    M: Fn(&mut P) -> T,
    H: Fn(&mut P, T, &[u8]) -> Result<String, Error>,
{
    /// Alters each field of an Error that comes back instead of the response.
    fn check_error(&self, name: &str, error: &[u8]) {
        let genuine = self.told(error).unwrap();
        let mut table = Table::new(name);
        for altered in fields(error) {
            table.line(&altered, &self.error_outcome(&altered, genuine));
        }
        let wrong = table.done();
        assert!(wrong.is_empty(), "{wrong}");
        for altered in flipped(error) {
            self.error_outcome(&altered, genuine);
        }
    }

    fn error_outcome(&self, altered: &Altered, genuine: ErrorCode) -> String {
        self.check_unanswered(altered);
        match self.told(&altered.octets) {
            Ok(code) if code == genuine => "harmless".to_owned(),
            Ok(code) => format!("told as {code}"),
            Err(error) => format!("dropped, {}", error.code()),
        }
    }

    /// The code of the Error that comes back for the request, after which the genuine
    /// response is taken.
    fn told(&self, error: &[u8]) -> Result<ErrorCode, Error> {
        let taken = self.take(&[error, &self.response]);
        if let Err(error) = &taken[1] {
            panic!("then the genuine response: {error}");
        }
        match &taken[0] {
            Err(Error::Refused(told)) => Ok(told.code),
            Err(error) => Err(error.clone()),
            Ok(said) => panic!("an Error is no response: {said}"),
        }
    }

    /// A server answers an Error only if it cannot read that it is one.
    fn check_unanswered(&self, altered: &Altered) {
        let mut server = self.server.restarted();
        let refused = server.answer(&altered.octets).unwrap_err();
        let unread = refused.error.code() == ErrorCode::DecodingFailure;
        assert!(refused.answer.is_none() || unread, "{}", altered.path);
        assert!(
            server.store() == self.server.store() && server.answers() == self.server.answers(),
            "{}: stored",
            altered.path
        );
    }
}

#[test]
fn an_error_altered_in_flight_is_no_more_than_a_hint() {
    let mut street = Street::new();
    let wake_up = street.shop.offer(1);
    let (_, request) = initiating(&street.wallet.restarted(), &wake_up);
    let foreign = street.p_cert_req().1;
    let signed = street.shop.restarted().answer(&foreign).unwrap_err();
    let broken = &request[..request.len() - 1];
    let context = street.shop.tools.context();
    let unreadable: Refusal = receive(&context, broken, |_| true).unwrap_err();
    let unsigned = unreadable.answer(&context, None).unwrap().unwrap();
    let exchange = Exchange::new(
        &street.shop,
        request,
        &street.wallet,
        |wallet: &mut Wallet| initiating(wallet, &wake_up).0,
        |wallet, state, response| {
            let context = wallet.tools.context();
            let offered = state.handle(&context, response, &mut wallet.trust)?;
            Ok(format!("{:?}", offered.trans_ids()))
        },
    );
    exchange.check_error("Error-signed", &signed.answer.unwrap());
    exchange.check_error("Error-unsigned", &unsigned);
}
