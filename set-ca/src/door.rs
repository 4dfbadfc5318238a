//! Who answers what comes in: registrations the office, messages between CAs the keeper of
//! the lists.

use std::sync::Arc;

use bytes::Bytes;
use set_core::ca::circulation::Circulated;
use set_node::service::{BoxFuture, Handler, Reply, RequestContext};
use set_node::transport::{FramingFault, MediaType};

use crate::lists::Keeper;
use crate::office::Office;

/// All that a CA's server answers.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) office: Office,
    pub(crate) keeper: Arc<Keeper>,
}

impl Handler for Door {
    fn handle(&self, request: Bytes, context: RequestContext) -> BoxFuture<'_, Reply> {
        let circulated = Circulated::is_one(&request)
            .then(|| Circulated::read(&self.keeper.station.context(), &request).ok())
            .flatten();
        match circulated {
            Some(message) => Box::pin(self.keeper.answer(request, message)),
            None => self.office.handle(request, context),
        }
    }

    fn refuse(&self, reason: FramingFault, head: &[u8]) -> Option<Vec<u8>> {
        self.office.refuse(reason, head)
    }

    fn accepts(&self) -> &'static [MediaType] {
        self.office.accepts()
    }
}
