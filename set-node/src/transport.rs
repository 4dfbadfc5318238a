//! SET messages over TCP and HTTP.
//!
//! Servers bind a [`Listener`] and hand it a [`Service`](crate::service::Service);
//! clients make a [`Transport`] to an [`Endpoint`].
//!
//! Over TCP the messages follow one another, each delimited by its own DER
//! length. Over HTTP each is the body of a POST, and the answer the body of the
//! response, under one of the SET media types.

mod client;
mod endpoint;
mod frame;
mod guard;
pub(crate) mod http;
mod listener;
mod media;
mod pages;
mod post;
mod tcp;

pub use client::{Transport, TransportError};
pub use endpoint::{Endpoint, EndpointError};
pub use frame::{FrameHeader, FrameReader, FramingFault, ReadFault, Wait};
pub use listener::{Listener, ListenerError};
pub use media::{MediaType, MediaTypeError};
pub use pages::Pages;
pub use post::{PostFault, post_json};
