//! Accounts and sessions.

use crate::support::{Engine, Setup, TestApp};
use aisora::model::error::{AppError, Code};
use aisora::server::{clock::Clock, error::Failure, identity::SignUp};
use std::net::IpAddr;

crate::on_both_engines!(
    a_session_slides_and_ends,
    signing_in_replaces_the_session_before,
    unknown_and_known_addresses_get_the_same_answer,
    tries_are_throttled_by_account_and_by_address,
    an_address_has_one_account,
    under_thirteen_nothing_is_stored,
    the_password_and_the_token_are_stored_as_hashes_only,
);

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "seven quiet lamps burn";
const DAY: i64 = 86_400_000;

fn app_error<T: std::fmt::Debug>(result: Result<T, Failure>) -> AppError {
    match result {
        Err(Failure::App(error)) => error,
        other => panic!("{other:?}"),
    }
}

async fn sign_in(test: &TestApp, email: &str, password: &str) -> Result<String, Failure> {
    let token = test.app.identity.sign_in(email, password, HERE, None).await?;
    Ok(token.secret().to_owned())
}

async fn a_session_slides_and_ends(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let test = TestApp::with(
        engine,
        Setup {
            clock: clock.clone(),
            ..Setup::default()
        },
    )
    .await;
    let person = test.person_named("ada@example.org").await;
    let token = sign_in(&test, " Ada@Example.ORG", PASSWORD).await.unwrap();
    for _ in 0..4 {
        clock.advance(20 * DAY);
        let found = test.app.identity.session(&token).await.unwrap();
        assert_eq!(
            found.map(|found| found.person.id),
            Some(person),
            "used within 30 days each time"
        );
    }
    clock.advance(31 * DAY);
    assert!(test.app.identity.session(&token).await.unwrap().is_none());
    let token = sign_in(&test, "ada@example.org", PASSWORD).await.unwrap();
    test.app.identity.sign_out(&token).await.unwrap();
    assert!(test.app.identity.session(&token).await.unwrap().is_none());
    assert!(test.app.identity.session("made up").await.unwrap().is_none());
}

async fn signing_in_replaces_the_session_before(engine: Engine) {
    let test = TestApp::start(engine).await;
    test.person_named("ada@example.org").await;
    let first = sign_in(&test, "ada@example.org", PASSWORD).await.unwrap();
    let second = test
        .app
        .identity
        .sign_in("ada@example.org", PASSWORD, HERE, Some(&first))
        .await
        .unwrap();
    assert_ne!(first, second.secret());
    assert!(
        test.app.identity.session(&first).await.unwrap().is_none(),
        "a token from before signing in is worth nothing"
    );
    assert!(
        test.app
            .identity
            .session(second.secret())
            .await
            .unwrap()
            .is_some()
    );
}

async fn unknown_and_known_addresses_get_the_same_answer(engine: Engine) {
    let test = TestApp::start(engine).await;
    test.person_named("ada@example.org").await;
    let known = app_error(sign_in(&test, "ada@example.org", "wrong wrong wrong").await);
    let unknown = app_error(sign_in(&test, "nobody@example.org", "wrong wrong wrong").await);
    assert_eq!(known, unknown);
}

async fn tries_are_throttled_by_account_and_by_address(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let environment = vec![("AISORA_LIMITS_SIGN_INS_PER_QUARTER_HOUR", "15".into())];
    let test = TestApp::with(
        engine,
        Setup {
            clock: clock.clone(),
            environment,
            ..Setup::default()
        },
    )
    .await;
    test.person_named("ada@example.org").await;
    for _ in 0..10 {
        assert_eq!(
            app_error(sign_in(&test, "ada@example.org", "wrong wrong wrong").await).code,
            Code::Invalid
        );
    }
    let locked = app_error(sign_in(&test, "ada@example.org", PASSWORD).await);
    assert_eq!(
        locked.code,
        Code::TooManyRequests,
        "even the right password waits"
    );
    for _ in 0..4 {
        assert_eq!(
            app_error(sign_in(&test, "nobody@example.org", "wrong wrong wrong").await).code,
            Code::Invalid
        );
    }
    let crowd = app_error(sign_in(&test, "else@example.org", "wrong wrong wrong").await);
    assert_eq!(
        crowd.code,
        Code::TooManyRequests,
        "the address of the machine is used up"
    );
    clock.advance(16 * 60_000);
    assert!(sign_in(&test, "ada@example.org", PASSWORD).await.is_ok());
}

async fn an_address_has_one_account(engine: Engine) {
    let test = TestApp::start(engine).await;
    let forms = (0..6).map(|_| {
        let identity = test.app.identity.clone();
        tokio::spawn(async move {
            let form = SignUp {
                email: "ada@example.org".into(),
                password: PASSWORD.into(),
                name: "Ada".into(),
                born: "1990-01-01".into(),
            };
            identity.sign_up(&form, HERE).await
        })
    });
    let mut created = 0;
    for form in forms.collect::<Vec<_>>() {
        match form.await.unwrap() {
            Ok(_) => created += 1,
            Err(failure) => assert!(app_error::<()>(Err(failure)).at("email").is_some()),
        }
    }
    assert_eq!(created, 1);
    test.audit().await;
}

async fn count(test: &TestApp, table: &'static str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    let (rows,): (i64,) = aisora::on_db!(&test.app.db, |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
    rows
}

async fn under_thirteen_nothing_is_stored(engine: Engine) {
    let clock = Clock::manual(1_795_435_200_000);
    let test = TestApp::with(
        engine,
        Setup {
            clock,
            ..Setup::default()
        },
    )
    .await;
    let form = SignUp {
        email: "kid@example.org".into(),
        password: PASSWORD.into(),
        name: "Kid".into(),
        born: "2015-05-05".into(),
    };
    let error = app_error(test.app.identity.sign_up(&form, HERE).await);
    assert_eq!(error.code, Code::Forbidden);
    assert!(error.message.contains("13"), "{}", error.message);
    for table in [
        "users",
        "sessions",
        "throttles",
        "ledger_balances",
        "ledger_postings",
    ] {
        assert_eq!(count(&test, table).await, 0, "{table}");
    }
}

async fn the_password_and_the_token_are_stored_as_hashes_only(engine: Engine) {
    let test = TestApp::start(engine).await;
    test.person_named("ada@example.org").await;
    let token = sign_in(&test, "ada@example.org", PASSWORD).await.unwrap();
    let (hash,): (String,) = aisora::on_db!(&test.app.db, |c| sqlx::query_as(
        "SELECT password_hash FROM users"
    )
    .fetch_one(c)
    .await)
    .unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let (stored,): (Vec<u8>,) = aisora::on_db!(&test.app.db, |c| sqlx::query_as(
        "SELECT token_hash FROM sessions"
    )
    .fetch_one(c)
    .await)
    .unwrap();
    assert_eq!(stored.len(), 32);
    assert!(token.len() >= 43 && !token.as_bytes().windows(stored.len()).any(|part| part == stored));
}
