//! The link in a letter that ends such letters. It is signed, never stored, and works as long as its reader is there:
//! somebody may find an old letter first.

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

    fn signature(&self, user: Uuid) -> Result<[u8; SIGNED], Failure> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.root).map_err(|error| Failure::broken(error.to_string()))?;
        mac.update(ABOUT);
        mac.update(user.as_bytes());
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
        Ok(base64_url(
            &[&user.0.as_bytes()[..], &self.signature(user.0)?].concat(),
        ))
    }

    /// Whose link it is; nobody's when it was made up.
    #[must_use]
    pub fn reader(&self, token: &str) -> Option<UserId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (user, signature) = bytes.split_at_checked(16)?;
        let user = Uuid::from_slice(user).ok()?;
        let right = self.signature(user).ok()?;
        bool::from(right.ct_eq(signature)).then_some(UserId(user))
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
}
