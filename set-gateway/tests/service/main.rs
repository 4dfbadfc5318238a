//! The gateway's service with its store, asked by set-core's merchant, in memory and over
//! TCP; the host is a double that can be told what to do.

mod answers;
mod interruption;
mod rig;
mod secrets;
