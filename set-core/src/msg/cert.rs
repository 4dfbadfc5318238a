//! Certificate management messages: registration, renewal, inquiry and distribution.

pub mod bci_distribution;
pub mod card_c_init;
pub mod cert_inq;
pub mod cert_req;
pub mod cert_res;
pub mod crl_notification;
pub mod id_data;
pub mod me_aq_c_init;
pub mod reg_form;
pub mod request_type;
