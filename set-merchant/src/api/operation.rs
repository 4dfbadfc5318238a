use axum::http::Method;
use axum::routing::MethodFilter;

/// What a shop may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The description of the interface.
    Describe,
    /// A page of orders.
    ListOrders,
    /// A new offer.
    MakeOffer,
    /// One order.
    ShowOrder,
    /// The wake-up message of an offer.
    WakeUp,
    /// An authorization.
    Authorize,
    /// An authorization lowered or taken back.
    Reverse,
    /// A capture of one order.
    Capture,
    /// A capture undone.
    Uncapture,
    /// A credit.
    Credit,
    /// A credit undone.
    Uncredit,
    /// A capture of several orders in one message.
    CaptureTogether,
    /// A batch shown.
    ShowBatch,
    /// A batch opened.
    OpenBatch,
    /// A batch closed.
    CloseBatch,
    /// A batch emptied.
    PurgeBatch,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Describe,
        Self::ListOrders,
        Self::MakeOffer,
        Self::ShowOrder,
        Self::WakeUp,
        Self::Authorize,
        Self::Reverse,
        Self::Capture,
        Self::Uncapture,
        Self::Credit,
        Self::Uncredit,
        Self::CaptureTogether,
        Self::ShowBatch,
        Self::OpenBatch,
        Self::CloseBatch,
        Self::PurgeBatch,
    ];

    /// Its `operationId`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::ListOrders => "listOrders",
            Self::MakeOffer => "makeOffer",
            Self::ShowOrder => "showOrder",
            Self::WakeUp => "wakeUp",
            Self::Authorize => "authorize",
            Self::Reverse => "reverse",
            Self::Capture => "capture",
            Self::Uncapture => "uncapture",
            Self::Credit => "credit",
            Self::Uncredit => "uncredit",
            Self::CaptureTogether => "captureTogether",
            Self::ShowBatch => "showBatch",
            Self::OpenBatch => "openBatch",
            Self::CloseBatch => "closeBatch",
            Self::PurgeBatch => "purgeBatch",
        }
    }

    /// Its path, as both the router and the description write it.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Describe => "/v1/openapi.json",
            Self::ListOrders | Self::MakeOffer => "/v1/orders",
            Self::ShowOrder => "/v1/orders/{order}",
            Self::WakeUp => "/v1/orders/{order}/wake-up",
            Self::Authorize => "/v1/orders/{order}/authorize",
            Self::Reverse => "/v1/orders/{order}/reverse",
            Self::Capture => "/v1/orders/{order}/capture",
            Self::Uncapture => "/v1/orders/{order}/uncapture",
            Self::Credit => "/v1/orders/{order}/credit",
            Self::Uncredit => "/v1/orders/{order}/uncredit",
            Self::CaptureTogether => "/v1/captures",
            Self::ShowBatch => "/v1/batch",
            Self::OpenBatch => "/v1/batch/open",
            Self::CloseBatch => "/v1/batch/close",
            Self::PurgeBatch => "/v1/batch/purge",
        }
    }

    /// GET, or POST for what changes something.
    #[must_use]
    pub const fn method(self) -> Method {
        match self {
            Self::Describe
            | Self::ListOrders
            | Self::ShowOrder
            | Self::WakeUp
            | Self::ShowBatch => Method::GET,
            _ => Method::POST,
        }
    }

    /// Whether it takes the gateway to answer it.
    pub(super) const fn asks_the_gateway(self) -> bool {
        !matches!(
            self,
            Self::Describe | Self::ListOrders | Self::MakeOffer | Self::ShowOrder | Self::WakeUp
        )
    }

    pub(super) fn filter(self) -> MethodFilter {
        if self.method() == Method::GET {
            MethodFilter::GET
        } else {
            MethodFilter::POST
        }
    }
}
