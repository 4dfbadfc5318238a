//! A successor root takes its predecessor's place in the chains of a folder.

use set_core::exchange::Context;
use set_core::path::TrustStore;
use set_core::x509::Certificate;
use set_node::party::PartyFolder;

use crate::failure::Failure;

/// Puts the certificates by which a successor root certified CAs anew in the place of the old
/// ones: in the identities of these CAs, and in the chains of those below.
///
/// A chain is changed where one of `roots` is announced by the root at its end, and signed one of
/// `certificates` for the same name, number and key. So nothing ever goes back to an older root.
/// Gives the names of the identities that changed.
pub(crate) fn replace(
    context: &Context<'_>,
    folder: &PartyFolder,
    roots: &[Certificate],
    certificates: &[Certificate],
) -> Result<Vec<String>, Failure> {
    let rules = &context.policy.key_rules;
    let mut changed = Vec::new();
    for (name, own) in folder.identities(rules)? {
        if own.is_self_issued() {
            continue;
        }
        let Some((own, above)) = folder.load_chain(&name, rules)? else {
            continue;
        };
        let mut chain = [vec![own], above].concat();
        let before = chain.clone();
        // Each time the chain ends at another root, and a root is never announced by one that
        // came after it.
        for _ in roots {
            match under_successor(context, &chain, roots, certificates) {
                Some(next) => chain = next,
                None => break,
            }
        }
        if chain != before
            && let Some((own, above)) = chain.split_first()
        {
            folder.save_chain(&name, own, above)?;
            changed.push(name);
        }
    }
    Ok(changed)
}

/// The same chain under the successor of its root; none where there is no such.
fn under_successor(
    context: &Context<'_>,
    chain: &[Certificate],
    roots: &[Certificate],
    certificates: &[Certificate],
) -> Option<Vec<Certificate>> {
    let (old, below) = chain.split_last()?;
    let (top, lower) = below.split_last()?;
    let announcing = TrustStore::new(vec![old.clone()]);
    let mut successors = roots
        .iter()
        .filter(|root| *root != old && announcing.believes(context.crypto, root));
    successors.find_map(|root| {
        let anew = certificates.iter().find(|anew| {
            anew.issuer_and_serial_number() == top.issuer_and_serial_number()
                && anew.subject() == top.subject()
                && anew.public_key() == top.public_key()
                && anew
                    .verify_signature(root.public_key(), context.crypto)
                    .is_ok()
        })?;
        Some([lower, &[anew.clone(), root.clone()]].concat())
    })
}
