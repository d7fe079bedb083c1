//! Passwords: Argon2id off the async threads, never more than two at once, the parameters stored with the hash.

use crate::server::error::{Failure, Result};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// OWASP's first choice for Argon2id: 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

fn argon2() -> Result<Argon2<'static>> {
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Failure::broken(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String> {
    let hash = argon2()?
        .hash_password(password.as_bytes())
        .map_err(|error| Failure::broken(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a hash was made with other parameters than today's.
pub fn is_outdated(hash: &str) -> bool {
    !hash.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$"))
}

/// Makes and checks hashes.
pub struct Passwords {
    /// 19 MiB each: a crowd at the door must not fill the memory.
    at_once: Arc<Semaphore>,
    /// What an unknown address is checked against, so that it takes the same time.
    nobody: String,
}

impl Passwords {
    pub fn new() -> Result<Self> {
        Ok(Self {
            at_once: Arc::new(Semaphore::new(2)),
            nobody: hash_now("nobody has this password")?,
        })
    }

    pub async fn hash(&self, password: String) -> Result<String> {
        self.off_thread(move || hash_now(&password)).await
    }

    /// Whether the password fits; without a hash the answer is no, after the same time.
    pub async fn verify(&self, hash: Option<String>, password: String) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let fits = self.off_thread(move || {
            let parsed = PasswordHash::new(&hash).map_err(|error| Failure::broken(error.to_string()))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok())
        });
        Ok(fits.await? && known)
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self
            .at_once
            .clone()
            .acquire_owned()
            .await
            .map_err(|error| Failure::broken(error.to_string()))?;
        tokio::task::spawn_blocking(move || {
            // Held by the work and not by who waits for it: who hangs up stops nothing, and frees no place.
            let _turn = turn;
            work()
        })
        .await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc, time::Duration};

    #[tokio::test]
    async fn who_hangs_up_frees_no_place_while_the_hash_goes_on() {
        let passwords = Passwords::new().unwrap();
        let (finish, told) = mpsc::channel::<()>();
        let hash = passwords.off_thread(move || Ok(told.recv().is_ok()));
        let hung_up = tokio::time::timeout(Duration::from_millis(50), hash).await;
        assert!(hung_up.is_err());
        assert_eq!(passwords.at_once.available_permits(), 1, "the work goes on");
        finish.send(()).unwrap();
        let both = tokio::time::timeout(Duration::from_secs(10), passwords.at_once.acquire_many(2));
        assert!(both.await.is_ok(), "and then makes room");
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only_and_carries_its_parameters() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(!is_outdated(&hash), "{hash}");
        assert!(is_outdated("$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA"));
        assert!(
            passwords
                .verify(Some(hash.clone()), "correct horse battery".into())
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(Some(hash), "correct horse batterY".into())
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(None, "nobody has this password".into())
                .await
                .unwrap()
        );
    }
}
