//! The links in letters, signed and never stored. The one that ends letters works as long as its reader is there:
//! somebody may find an old letter first. The one that allows them is for one address, and works for a while.

use crate::model::ids::UserId;
use crate::server::{error::Failure, identity::base64_url};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// How many bytes of the signature a link has: enough that nobody guesses one, and short for a line of text.
const SIGNED: usize = 16;
/// What a signature is about, so that no signature for anything else fits here.
const ABOUT: &[u8] = b"no more letters about ended work to ";
const ABOUT_ADDRESS: &[u8] = b"this address is theirs: ";

/// Makes links and reads them. No `Debug`: the secret never gets into a log.
#[derive(Clone)]
pub struct Links {
    root: Arc<[u8]>,
}

impl Links {
    /// Under the server's own secret, which every process of the server has.
    #[must_use]
    pub fn new(root: Vec<u8>) -> Self {
        Self { root: root.into() }
    }

    /// Of parts that are equally long in all links about the same, but for the last.
    fn signature(&self, about: &[u8], parts: &[&[u8]]) -> Result<[u8; SIGNED], Failure> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.root).map_err(|error| Failure::broken(error.to_string()))?;
        mac.update(about);
        for part in parts {
            mac.update(part);
        }
        let whole = mac.finalize().into_bytes();
        let mut signature = [0; SIGNED];
        signature.copy_from_slice(&whole[..SIGNED]);
        Ok(signature)
    }

    /// What stands in the link of a reader.
    ///
    /// # Errors
    /// Never in practice: HMAC takes keys of every length.
    pub fn token(&self, user: UserId) -> Result<String, Failure> {
        let user = user.0.as_bytes();
        let signature = self.signature(ABOUT, &[user])?;
        Ok(base64_url(&[&user[..], &signature].concat()))
    }

    /// Whose link it is; nobody's when it was made up.
    #[must_use]
    pub fn reader(&self, token: &str) -> Option<UserId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (user, signature) = bytes.split_at_checked(16)?;
        let user = Uuid::from_slice(user).ok()?;
        let right = self.signature(ABOUT, &[user.as_bytes()]).ok()?;
        bool::from(right.ct_eq(signature)).then_some(UserId(user))
    }

    /// What stands in the link that says, until then (unix milliseconds), that this address is the person's.
    ///
    /// # Errors
    /// Never in practice: HMAC takes keys of every length.
    pub fn confirmation(&self, user: UserId, email: &str, until: i64) -> Result<String, Failure> {
        let (user, until) = (user.0.as_bytes(), until.to_be_bytes());
        let signature = self.signature(ABOUT_ADDRESS, &[user, &until, email.as_bytes()])?;
        Ok(base64_url(&[&user[..], &until, &signature].concat()))
    }

    /// Who such a link says that it is for. Nothing is to be believed before [`Self::confirms`].
    #[must_use]
    pub fn addressee(token: &str) -> Option<UserId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (user, _) = bytes.split_at_checked(16)?;
        Uuid::from_slice(user).ok().map(UserId)
    }

    /// Until when such a link says that this address is the person's; nothing when it was made up, or for another address.
    #[must_use]
    pub fn confirms(&self, token: &str, email: &str) -> Option<i64> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (user, rest) = bytes.split_at_checked(16)?;
        let (until, signature) = rest.split_at_checked(8)?;
        let right = self
            .signature(ABOUT_ADDRESS, &[user, until, email.as_bytes()])
            .ok()?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        bool::from(right.ct_eq(signature)).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_links_of_this_server_are_read() {
        let links = Links::new(vec![7; 32]);
        let user = UserId(Uuid::from_u128(5));
        let token = links.token(user).unwrap();
        assert!(
            token.len() < 50
                && token
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_eq!(links.reader(&token), Some(user));
        assert_eq!(Links::new(vec![8; 32]).reader(&token), None);
        let others = links.token(UserId(Uuid::from_u128(6 << 64))).unwrap();
        let mixed = [&others[..21], &token[21..]].concat();
        for forged in [
            &mixed,
            "",
            "AAAA",
            &token[..token.len() - 2],
            &format!("{token}AA"),
            "\u{fc}",
        ] {
            assert_eq!(links.reader(forged), None, "{forged}");
        }
    }
    #[test]
    fn a_confirmation_is_for_one_person_one_address_and_a_time() {
        let links = Links::new(vec![7; 32]);
        let user = UserId(Uuid::from_u128(5));
        let token = links.confirmation(user, "ada@example.org", 99).unwrap();
        assert_eq!(Links::addressee(&token), Some(user));
        assert_eq!(links.confirms(&token, "ada@example.org"), Some(99));
        assert_eq!(links.confirms(&token, "eve@example.org"), None);
        assert_eq!(Links::new(vec![8; 32]).confirms(&token, "ada@example.org"), None);
        assert_eq!(links.reader(&token), None, "it ends no letters");
        let ends = links.token(user).unwrap();
        assert_eq!(
            links.confirms(&ends, "ada@example.org"),
            None,
            "nor the other way round"
        );
        let whole = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in 0..whole.len() {
            let mut forged = whole.clone();
            forged[at] ^= 1;
            assert_eq!(
                links.confirms(&base64_url(&forged), "ada@example.org"),
                None,
                "{at}"
            );
        }
        for forged in ["", "AAAA", &token[..token.len() - 2], &format!("{token}AA")] {
            assert_eq!(links.confirms(forged, "ada@example.org"), None, "{forged}");
        }
    }
}
