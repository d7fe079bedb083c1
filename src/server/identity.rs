//! People: signing up, in and out; sessions; the age gate; throttles.

mod password;
mod rules;

use super::{
    clock::{Clock, Ids},
    config::Config,
    credits::Ledger,
    db::{
        Db,
        people::{self, NewUser},
    },
    error::{Failure, Result},
    mail,
};
use crate::language::{Language, t};
use crate::model::{
    credits::{Balance, Credits},
    error::{AppError, Code, FieldError},
    ids::UserId,
};
use sha2::{Digest, Sha256};
use std::{net::IpAddr, sync::Arc, time::Duration};

pub use rules::SignUp;

const MINUTE: i64 = 60_000;
/// A session's row is written again only when it was renewed longer ago than this, so that reading pages writes nothing.
const RENEW_AFTER: i64 = 60 * MINUTE;
/// A page waits so long for that row and no longer: a locked database must not hold up who only reads.
const RENEW_WITHIN: Duration = Duration::from_secs(1);

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The person.
    pub id: UserId,
    /// Their address.
    pub email: String,
    /// Their name, if they gave one.
    pub name: Option<String>,
    /// May see `/admin`.
    pub admin: bool,
    /// The language that they chose, if they did.
    pub language: Option<Language>,
    /// Whether they want letters about long work that ended.
    pub mail_ended: bool,
    /// When they showed that the address is theirs, in unix milliseconds, if they did.
    pub mail_confirmed_at: Option<i64>,
    /// From when the address may be asked again, in unix milliseconds.
    pub mail_again_at: i64,
    /// Their credits when the request came.
    pub balance: Balance,
}

/// A session that goes on.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is.
    pub person: Person,
    /// Its end has just moved further away, and the cookie's has to follow.
    pub renewed: bool,
}

/// A session's token as the cookie carries it: 256 random bits. The database knows only its hash.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    fn fresh() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| Failure::broken(format!("no randomness: {error}")))?;
        Ok(Self(base64_url(&bytes)))
    }

    /// What the cookie carries.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    fn hash(token: &str) -> [u8; 32] {
        Sha256::digest(token.as_bytes()).into()
    }
}

/// Base64 for addresses and cookies, without padding.
#[must_use]
pub fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The service.
pub struct Identity {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
    ledger: Ledger,
    config: Arc<Config>,
    passwords: password::Passwords,
}

impl Identity {
    /// The service over a database.
    ///
    /// # Errors
    /// When no password hash can be made on this machine.
    pub fn new(db: Db, clock: Clock, ids: Arc<Ids>, ledger: Ledger, config: Arc<Config>) -> Result<Self> {
        Ok(Self {
            db,
            clock,
            ids,
            ledger,
            config,
            passwords: password::Passwords::new()?,
        })
    }

    /// Creates an account from the form, with the welcome grant.
    ///
    /// # Errors
    /// `invalid` with fields; `forbidden` under 13 (nothing is stored); `too_many_requests`.
    pub async fn sign_up(&self, form: &SignUp, address: IpAddr) -> Result<UserId> {
        let now = self.clock.now();
        let good = rules::check(form, now)?;
        self.throttle(
            &format!("sign-up {}", network(address)),
            self.config.sign_ups_per_hour,
            60 * MINUTE,
        )
        .await?;
        // The hash is made before the address is looked at, so that known and unknown addresses take the same time.
        let hash = self.passwords.hash(good.password.clone()).await?;
        let welcome = self.config.welcome_credits;
        self.add(
            &good.email,
            good.name.as_deref(),
            &hash,
            false,
            Some(now),
            welcome,
        )
        .await?
        .ok_or_else(|| {
            AppError::field(
                Code::Invalid,
                "email",
                t!("No account can be created with this address. If it is yours, sign in instead."),
            )
            .into()
        })
    }

    /// Creates an account from the command line.
    ///
    /// # Errors
    /// `invalid` with fields; `conflict` when the address has an account.
    pub async fn create(&self, email: &str, password: &str, admin: bool) -> Result<UserId> {
        let (email, errors) = rules::check_login(email, password, None);
        if !errors.is_empty() {
            return Err(AppError::invalid(errors).into());
        }
        let hash = self.passwords.hash(password.to_owned()).await?;
        let welcome = self.config.welcome_credits;
        let created = self.add(&email, None, &hash, admin, None, welcome).await?;
        created.ok_or_else(|| {
            AppError::field(Code::Conflict, "email", t!("This address has an account.")).into()
        })
    }

    async fn add(
        &self,
        email: &str,
        name: Option<&str>,
        hash: &str,
        admin: bool,
        age_checked_at: Option<i64>,
        welcome: Credits,
    ) -> Result<Option<UserId>> {
        let id = self.ids.user();
        let mut tx = self.db.begin().await?;
        let user = NewUser {
            id: id.0,
            email,
            name,
            password_hash: hash,
            admin,
            age_checked_at,
            at: self.clock.now(),
        };
        if !people::add_user(&mut tx, &user).await? {
            return Ok(None);
        }
        self.ledger.open(&mut tx, id).await?;
        if welcome > Credits::ZERO {
            self.ledger.grant(&mut tx, id, welcome, "Welcome").await?;
        }
        tx.commit().await?;
        metrics::counter!("aisora_accounts_created_total").increment(1);
        Ok(Some(id))
    }

    /// Checks address and password and starts a session. The answer and its time do not tell whether the address is known.
    ///
    /// # Errors
    /// `invalid`, at no field; `too_many_requests`.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        address: IpAddr,
        replaces: Option<&str>,
    ) -> Result<Token> {
        let email = rules::normal_email(email);
        // No account has such an address, and PostgreSQL takes no NUL in a text.
        if rules::has_control(&email) {
            return Err(not_together());
        }
        let account = base64_url(&Sha256::digest(email.as_bytes())[..16]);
        self.throttle(
            &format!("sign-in {}", network(address)),
            self.config.sign_ins_per_quarter,
            15 * MINUTE,
        )
        .await?;
        self.throttle(&format!("sign-in of {account}"), 10, 15 * MINUTE)
            .await?;
        let user = people::user_by_email(&self.db, &email).await?;
        let known_hash = user.as_ref().map(|user| user.password_hash.clone());
        let right = self.passwords.verify(known_hash, password.to_owned()).await?;
        let Some(user) = user.filter(|_| right) else {
            metrics::counter!("aisora_sign_ins_total", "result" => "refused").increment(1);
            return Err(not_together());
        };
        metrics::counter!("aisora_sign_ins_total", "result" => "ok").increment(1);
        // Before the transaction: it takes long, and on SQLite nobody else could write.
        let fresh = if password::is_outdated(&user.password_hash) {
            Some(self.passwords.hash(password.to_owned()).await?)
        } else {
            None
        };
        let mut tx = self.db.begin().await?;
        people::forget_tries(&mut tx, &format!("sign-in of {account}"), self.clock.now()).await?;
        if let Some(fresh) = fresh {
            people::set_password(&mut tx, user.id, &user.password_hash, &fresh).await?;
        }
        tx.commit().await?;
        self.start_session(UserId(user.id), replaces).await
    }

    /// Starts a session; the one it replaces ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn start_session(&self, user: UserId, replaces: Option<&str>) -> Result<Token> {
        let token = Token::fresh()?;
        let now = self.clock.now();
        let old = replaces.map(Token::hash);
        let old = old.as_ref().map(<[u8; 32]>::as_slice);
        let mut tx = self.db.begin().await?;
        let expires = now + self.config.session_ms();
        people::add_session(&mut tx, &Token::hash(token.secret()), user.0, old, now, expires).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// The session behind a cookie. One that is used moves its end further away.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(&self, token: &str) -> Result<Option<Session>> {
        let hash = Token::hash(token);
        let now = self.clock.now();
        let Some(row) = people::session(&self.db, &hash, now).await? else {
            return Ok(None);
        };
        let renewed = (now - row.renewed_at).abs() > RENEW_AFTER && self.renew(hash, now).await;
        let person = Person {
            id: UserId(row.id),
            email: row.email,
            name: row.name,
            admin: row.admin,
            language: row.language.as_deref().and_then(Language::from_tag),
            mail_ended: row.mail_ended,
            mail_confirmed_at: row.mail_confirmed_at,
            mail_again_at: mail::again_at(row.mail_asked_at, row.mail_asks),
            balance: Balance {
                available: Credits(row.available),
                held: Credits(row.held),
            },
        };
        Ok(Some(Session { person, renewed }))
    }

    /// Whether a session's end was moved. If not, the next request tries again: nobody is turned away for that.
    async fn renew(&self, hash: [u8; 32], now: i64) -> bool {
        let (db, expires) = (self.db.clone(), now + self.config.session_ms());
        // A task of its own, so that a write that comes late is carried through and not broken off.
        let renewal = tokio::spawn(async move {
            let mut tx = db.begin().await?;
            people::renew_session(&mut tx, &hash, now, expires).await?;
            tx.commit().await
        });
        match tokio::time::timeout(RENEW_WITHIN, renewal).await {
            Ok(Ok(Ok(()))) => true,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a session was not renewed");
                false
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a session was not renewed");
                false
            }
            Err(_) => {
                tracing::warn!("a session was not renewed in time");
                false
            }
        }
    }

    /// Writes down the language that a person chose: other browsers speak it too, and letters.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn choose_language(&self, user: UserId, language: Language) -> Result<()> {
        let mut tx = self.db.begin().await?;
        people::set_language(&mut tx, user.0, language.tag()).await?;
        tx.commit().await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        people::end_session(&mut tx, &Token::hash(token)).await?;
        tx.commit().await
    }

    /// The person with an address, for the command line.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn find(&self, email: &str) -> Result<UserId> {
        let user = people::user_by_email(&self.db, &rules::normal_email(email)).await?;
        user.map(|user| UserId(user.id)).ok_or_else(|| {
            AppError::field(
                Code::NotFound,
                "email",
                t!("Nobody has an account with this address."),
            )
            .into()
        })
    }

    async fn throttle(&self, key: &str, most: i64, window_ms: i64) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let tries = people::count_try(&mut tx, key, self.clock.now(), window_ms).await?;
        tx.commit().await?;
        if tries > most {
            metrics::counter!("aisora_throttled_total").increment(1);
            return Err(AppError::new(
                Code::TooManyRequests,
                t!("Too many tries. Please wait a few minutes and try again."),
            )
            .into());
        }
        Ok(())
    }
}

/// A refused sign-in, at no field: which of the two is wrong is not told.
fn not_together() -> Failure {
    AppError::new(
        Code::Invalid,
        t!("This address and password do not belong together."),
    )
    .into()
}

/// What counts as one address: IPv6 gives every household a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(
            || IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
            IpAddr::V4,
        ),
    }
}

/// The errors of a form with one more.
fn with(mut errors: Vec<FieldError>, field: &str, message: Option<String>) -> Vec<FieldError> {
    errors.extend(message.map(|message| FieldError::new(field, message)));
    errors
}
