//! A message as one tree, with what is inside its envelopes where it can be read, and back.

use der::asn1::ObjectIdentifier;
use set_core::asn1::oid::content;
use set_core::asn1::{self, Asn1 as _, Limits, Opaque, Raw, Wire};
use set_core::crypto::CryptoProvider as _;
use set_core::msg::MessageWrapper;
use set_core::msg::content::schema_of_content;
use set_core::msg::payment::p_req::{PReqDualSigned, PiTbs};
use set_core::party::Identity;
use set_core::pkcs7::{IssuerAndSerialNumber, SignedData};
use set_core::treatment::{Signer, dd, s, so};
use set_testkit::annotated::{Body, Element};
use zeroize::Zeroizing;

use crate::recorder::{Recorder, Used};

/// Finds what is inside an envelope.
pub(crate) type Opener<'a> = dyn FnMut(&Element, &[u8]) -> Option<Zeroizing<Vec<u8>>> + 'a;

/// Reads a message, and what `open` finds inside its envelopes.
///
/// `open` is given an EnvelopedData or EncryptedData and its ciphertext.
pub(crate) fn read(octets: &[u8], open: &mut Opener<'_>) -> Option<Element> {
    let mut whole = Element::read(octets, MessageWrapper::SCHEMA)?;
    unfold(&mut whole, open);
    Some(whole)
}

fn unfold(element: &mut Element, open: &mut Opener<'_>) {
    if let Some(plaintext) = ciphertext(element).and_then(|octets| open(element, &octets)) {
        let inside = content_type(element)
            .and_then(|content_type| schema_of_content(&content_type))
            .and_then(|schema| Element::read(&plaintext, schema));
        if let (Some(mut inside), Some(place)) = (inside, encrypted_content(element)) {
            let prefix = place.path.clone();
            rename(&mut inside, &prefix);
            place.body = Body::Constructed(vec![inside]);
        }
    }
    if let Body::Constructed(children) = &mut element.body {
        for child in children {
            unfold(child, open);
        }
    }
}

fn rename(element: &mut Element, prefix: &str) {
    element.path = format!("{prefix}.{}", element.path);
    if let Body::Constructed(children) = &mut element.body {
        for child in children {
            rename(child, prefix);
        }
    }
}

/// encryptedContent of an EnvelopedData or EncryptedData.
fn encrypted_content(element: &mut Element) -> Option<&mut Element> {
    info(element)?
        .iter_mut()
        .find(|child| child.path.ends_with(".encryptedContent"))
}

fn info(element: &mut Element) -> Option<&mut Vec<Element>> {
    let sealed = ["EnvelopedData", "EncryptedData"];
    let name = element.schema?.name;
    if !sealed.contains(&name) {
        return None;
    }
    let Body::Constructed(children) = &mut element.body else {
        return None;
    };
    let info = children
        .iter_mut()
        .find(|child| child.path.ends_with(".encryptedContentInfo"))?;
    match &mut info.body {
        Body::Constructed(children) => Some(children),
        _ => None,
    }
}

fn ciphertext(element: &mut Element) -> Option<Vec<u8>> {
    match &encrypted_content(element)?.body {
        Body::Primitive(octets) => Some(octets.clone()),
        _ => None,
    }
}

fn content_type(element: &mut Element) -> Option<ObjectIdentifier> {
    let found = info(element)?
        .iter()
        .find(|child| child.path.ends_with(".contentType"))?;
    match &found.body {
        Body::Primitive(octets) => ObjectIdentifier::from_bytes(octets).ok(),
        _ => None,
    }
}

/// Who can sign in the fakes' place.
pub(crate) struct Signers<'a> {
    /// Those with a certificate.
    pub(crate) identities: Vec<&'a Identity>,
    /// A key that is to be certified, which signs for itself.
    pub(crate) new_key: Option<&'a set_core::crypto::PrivateKey>,
    /// Whether to sign at all; else signatures stay as they were.
    pub(crate) sign: bool,
}

impl Signers<'_> {
    fn of(&self, signed: &SignedData) -> Option<Vec<Signer<'_>>> {
        let infos = signed.signer_infos.iter();
        infos
            .map(|info| self.named(&info.issuer_and_serial_number))
            .collect()
    }

    fn named(&self, wanted: &IssuerAndSerialNumber) -> Option<Signer<'_>> {
        if let Some(key) = self.new_key
            && *wanted == IssuerAndSerialNumber::none()
        {
            let certificate = wanted.clone();
            return Some(Signer { key, certificate });
        }
        let found = self
            .identities
            .iter()
            .find(|identity| identity.certificate.issuer_and_serial_number() == wanted);
        found.map(|identity| identity.signer())
    }
}

/// Reads a message of the fakes' own, and with what each of its envelopes was sealed.
pub(crate) fn own(octets: &[u8], recorder: &Recorder) -> Option<(Element, Vec<(String, Used)>)> {
    let mut used = Vec::new();
    let whole = read(octets, &mut |element, ciphertext| {
        let (plaintext, with) = recorder.opened(ciphertext)?;
        let place = format!("{}.encryptedContentInfo.encryptedContent", element.path);
        used.push((place, with));
        Some(plaintext)
    })?;
    Some((whole, used))
}

/// Signs anew what can be signed, seals anew what was opened, and writes the whole.
pub(crate) fn write(
    whole: Element,
    used: &[(String, Used)],
    signers: &Signers<'_>,
    recorder: &Recorder,
) -> Vec<u8> {
    closed(whole, used, signers, recorder).write()
}

/// The element with everything inside it signed and sealed.
pub(crate) fn closed(
    mut element: Element,
    used: &[(String, Used)],
    signers: &Signers<'_>,
    recorder: &Recorder,
) -> Element {
    close(&mut element, used, signers, recorder);
    element
}

fn close(
    element: &mut Element,
    used: &[(String, Used)],
    signers: &Signers<'_>,
    recorder: &Recorder,
) {
    if let Body::Constructed(children) = &mut element.body {
        for child in children {
            close(child, used, signers, recorder);
        }
    }
    if let Some((_, (key, iv))) = used.iter().find(|(path, _)| *path == element.path)
        && let Body::Constructed(children) = &element.body
    {
        let plaintext: Vec<u8> = children.iter().flat_map(Element::write).collect();
        // Software encrypts whatever it is given.
        if let Ok(ciphertext) = recorder.des_cbc_encrypt(key, iv, &plaintext) {
            element.body = Body::Primitive(ciphertext);
        }
    }
    if signers.sign {
        let body = match element.schema.map(|schema| schema.name) {
            Some("SignedData") => signed_anew(element, signers, recorder),
            Some("PReqDualSigned") => dually_signed_anew(element, signers, recorder),
            _ => None,
        };
        if let Some(body) = body {
            element.body = body;
        }
    }
}

fn signed_anew(element: &Element, signers: &Signers<'_>, recorder: &Recorder) -> Option<Body> {
    let mut signed: SignedData = decoded(element)?;
    let content = signed.content_info.content.clone()?;
    let content: Raw<Opaque> = Raw::from_octets(content.as_octets().to_vec()).ok()?;
    let made = s::s(
        recorder,
        &signers.of(&signed)?,
        signed.content_info.content_type,
        &content,
        &set_core::treatment::Attached::none(),
    )
    .ok()?;
    signed.signer_infos = made.signer_infos;
    body_of(&signed)
}

/// The cardholder's signature over the digests of what is there now.
fn dually_signed_anew(
    element: &Element,
    signers: &Signers<'_>,
    recorder: &Recorder,
) -> Option<Body> {
    let mut request: PReqDualSigned = decoded(element)?;
    let order = &request.oi_dual_signed;
    let tbs = Raw::new(PiTbs {
        h_pi_data: order.t2.clone(),
        h_oi_data: dd::dd(recorder, content::OI_DATA, &order.t1).ok()?,
    })
    .ok()?;
    let signature = &mut request.pi_dual_signed.pi_signature;
    let made = so::so(
        recorder,
        &signers.of(signature)?,
        content::PI_TBS,
        tbs.octets(),
        &set_core::treatment::Attached::none(),
    )
    .ok()?;
    signature.signer_infos = made.signer_infos;
    body_of(&request)
}

fn body_of<T: Wire + asn1::Asn1>(value: &T) -> Option<Body> {
    let octets = asn1::encode(value).ok()?;
    Some(Element::read(&octets, T::SCHEMA)?.body)
}

/// A SEQUENCE in its own clothes: a component may have an implicit tag.
pub(crate) fn decoded<T: Wire>(element: &Element) -> Option<T> {
    let mut bare = element.clone();
    bare.identifier = vec![0x30];
    asn1::decode(&bare.write(), &Limits::default()).ok()
}

/// The certificates and CRLs of a SignedData are of no interest to a seeker.
pub(crate) fn in_a_bag(path: &str) -> bool {
    [".certificates[", ".crls["]
        .iter()
        .any(|bag| path.contains(bag))
}

/// Whether an element's path is what a pattern says: its last names, `*` for any one of them
/// and `**` for any number.
pub(crate) fn fits(path: &str, pattern: &str) -> bool {
    let path: Vec<&str> = path.split('.').collect();
    let pattern: Vec<&str> = std::iter::once("MessageWrapper")
        .chain(pattern.split('.').filter(|name| !name.is_empty()))
        .collect();
    matches(&path, &pattern)
}

fn matches(path: &[&str], pattern: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), Some((_, further))) => {
            matches(path, rest) || matches(further, pattern)
        }
        (Some((&"**", rest)), None) => matches(path, rest),
        (Some((name, rest)), Some((first, further))) => {
            (*name == "*" || name == first) && matches(further, rest)
        }
        _ => false,
    }
}
