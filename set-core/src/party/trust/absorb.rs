//! Two copies of one party's trust brought together.

use super::Trust;

impl Trust {
    /// Takes over what `other` holds: a copy of this that has gone its own way since, such as
    /// while a request was treated. Of the lists of one issuer the newer stays.
    ///
    /// Nothing is verified again: what a party holds was when it came to be held.
    pub fn absorb(&mut self, other: &Self) {
        for root in other.roots.roots() {
            self.roots.keep(root);
        }
        for certificate in &other.certificates {
            self.hold(certificate.clone());
        }
        for crl in &other.crls {
            let held = self
                .crls
                .iter()
                .position(|held| held.issuer() == crl.issuer());
            match held.and_then(|place| self.crls.get_mut(place)) {
                Some(held) if held.number() < crl.number() => *held = crl.clone(),
                Some(_) => {}
                None => self.crls.push(crl.clone()),
            }
        }
        if let Some(bci) = &other.bci
            && bci.supersedes(self.bci.as_ref())
        {
            self.bci = Some(bci.clone());
        }
    }
}
