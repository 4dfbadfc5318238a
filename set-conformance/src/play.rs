//! A dialogue of the fakes with one subject: genuine messages, each after all that has to come
//! before it.

mod acquiring;
mod registering;
mod shopping;

use set_core::asn1::{self, Date, Limits};
use set_core::crypto::PrivateKey;
use set_core::error::Error;
use set_core::exchange::Context;
use set_core::msg::MessageWrapper;
use set_core::msg::ids::SwIdent;
use set_core::msg::payment::p_req::{OiUnsigned, PReqDualSigned, PReqUnsigned};
use set_core::party::Identity;
use set_core::policy::Policy;
use set_core::secret::BackKey;
use set_testkit::annotated::{Body, Element};

use self::acquiring::Acquiring;
use self::registering::Registering;
pub(crate) use self::registering::filled;
use self::shopping::Shopping;
pub(crate) use self::shopping::test_card;
use crate::case::{Change, Request, Role, Send, With};
use crate::layers::{self, Signers};
use crate::player::{PlayError, Player};
use crate::recorder::Recorder;
use crate::stimulus::{self, StimulusError};

/// A dialogue.
pub(crate) struct Play<'a> {
    player: &'a Player,
    role: Role,
    desk: Desk,
    party: Party,
    back_keys: Vec<[u8; 20]>,
}

/// What every step of the fakes is given.
pub(crate) struct Desk {
    pub(crate) recorder: Recorder,
    policy: Policy,
    sw_ident: SwIdent,
}

impl Desk {
    pub(crate) fn context(&self, now: Date) -> Context<'_> {
        Context {
            crypto: &self.recorder,
            now,
            policy: &self.policy,
            sw_ident: &self.sw_ident,
        }
    }
}

/// Who the fakes are towards the subject.
enum Party {
    Registering(Box<Registering>),
    Shopping(Box<Shopping>),
    Acquiring(Box<Acquiring>),
}

/// A message to be sent.
pub(crate) enum Made {
    /// It has to come before the one that was asked for.
    First(Vec<u8>),
    /// It is the one that was asked for.
    Ready(Vec<u8>),
}

impl<'a> Play<'a> {
    /// The beginning of a dialogue whose randomness starts from `seed`.
    pub(crate) fn new(player: &'a Player, role: Role, seed: u64) -> Self {
        let persona = player.persona();
        let party = match role {
            Role::Cca | Role::Mca | Role::Pca => {
                Party::Registering(Box::new(Registering::new(role, persona)))
            }
            Role::Merchant => Party::Shopping(Box::new(Shopping::new(persona))),
            Role::Gateway => Party::Acquiring(Box::new(Acquiring::new(persona))),
        };
        Self {
            player,
            role,
            desk: Desk {
                recorder: Recorder::seeded(seed),
                policy: Policy::default(),
                sw_ident: player.sw_ident().clone(),
            },
            party,
            back_keys: Vec::new(),
        }
    }

    /// The next message on the way to what a step sends.
    pub(crate) fn make(&mut self, send: &Send, with: &With, now: Date) -> Result<Made, PlayError> {
        let context = self.desk.context(now);
        let made = match send {
            Send::Opening => Made::Ready(self.player.opening(&context, self.role)?),
            Send::OpeningOf(role) => Made::Ready(self.player.opening(&context, *role)?),
            Send::Any(name) => Made::Ready(self.player.any(&context, name)?),
            Send::Again => return Err(PlayError::Needs("a step before it")),
            Send::Request(request) => {
                let player = self.player;
                match &mut self.party {
                    Party::Registering(party) => party.make(&context, player, *request, with)?,
                    Party::Shopping(party) => party.make(&context, player, *request, with)?,
                    Party::Acquiring(party) => party.make(&context, player, *request, with)?,
                }
            }
        };
        let (Made::First(octets) | Made::Ready(octets)) = &made;
        self.remember_back_keys(octets);
        Ok(made)
    }

    /// Takes the response to the last message that was made, as the fake would: with all checks.
    pub(crate) fn take(&mut self, octets: &[u8], now: Date) -> Result<(), Error> {
        let context = self.desk.context(now);
        match &mut self.party {
            Party::Registering(party) => party.take(&context, octets),
            Party::Shopping(party) => party.take(&context, octets),
            Party::Acquiring(party) => party.take(&context, octets),
        }
    }

    /// Changes a message of the fakes.
    pub(crate) fn change(
        &self,
        octets: Vec<u8>,
        changes: &[Change],
        sign: bool,
    ) -> Result<Vec<u8>, StimulusError> {
        let persona = self.player.persona();
        let merchant = persona.merchant.iter();
        let merchant = merchant.flat_map(|merchant| [&merchant.signature, &merchant.encryption]);
        let card = persona.card.iter().map(|card| &card.identity);
        let identities: Vec<&Identity> = merchant.chain(card).collect();
        let signers = Signers {
            identities,
            new_key: self.new_key(),
            sign,
        };
        stimulus::change_inside(octets, changes, &signers, &self.desk.recorder)
    }

    fn new_key(&self) -> Option<&PrivateKey> {
        match &self.party {
            Party::Registering(party) => party.signature_key(),
            _ => None,
        }
    }

    /// An answer as a tree, with what is for the fakes inside its envelopes.
    pub(crate) fn read(&self, octets: &[u8]) -> Option<Element> {
        let persona = self.player.persona();
        layers::read(octets, &mut |element, _| {
            let crypto = &self.desk.recorder;
            if let Some(envelope) = layers::decoded(element)
                && let Some(merchant) = &persona.merchant
            {
                let key = &merchant.encryption.key;
                let opened = set_core::treatment::unseal::envelope(crypto, key, &envelope);
                return opened.ok().map(|unsealed| unsealed.plaintext);
            }
            let encrypted = layers::decoded(element)?;
            self.back_keys.iter().find_map(|key| {
                let key = BackKey::from_octets(*key);
                set_core::treatment::unseal::encrypted(crypto, &key, &encrypted).ok()
            })
        })
    }

    /// Remembers the keys in the message under which an answer may come back.
    fn remember_back_keys(&mut self, octets: &[u8]) {
        let Some((whole, _)) = layers::own(octets, &self.desk.recorder) else {
            return;
        };
        for element in whole.all() {
            let secret = element.schema.is_some_and(|schema| schema.secret);
            if let (true, Body::Primitive(content)) = (secret, &element.body)
                && let Ok(key) = content.as_slice().try_into()
            {
                self.back_keys.push(key);
            }
        }
    }
}

/// The message's name, if it decodes.
pub(crate) fn name_of(octets: &[u8]) -> Option<&'static str> {
    let wrapper: MessageWrapper = asn1::decode(octets, &Limits::default()).ok()?;
    Some(wrapper.message.name())
}

/// A payment instruction without the cardholder's signature over it.
pub(crate) fn stripped(signed: &PReqDualSigned) -> PReqUnsigned {
    PReqUnsigned {
        pi_unsigned: signed.pi_dual_signed.ex_pi_data.clone(),
        oi_unsigned: OiUnsigned {
            t1: signed.oi_dual_signed.t1.clone(),
            t2: signed.oi_dual_signed.t2.clone(),
        },
    }
}

impl Request {
    /// What it takes to be an error of the case: the role is never asked that.
    pub(crate) const fn misplaced() -> PlayError {
        PlayError::Misplaced
    }
}
