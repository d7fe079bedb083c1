//! Nobody gets letters who did not say so: the letter that asks, its link, and what the switch says until then.

use super::{MINUTE, Received, Scene};
use crate::support::{Browser, Engine};
use aisora::{language::Language, model::ids::UserId};
use reqwest::Method;

crate::on_both_engines!(
    nothing_comes_to_an_address_that_did_not_agree,
    who_agreed_once_is_not_asked_again_unless_a_link_ended_it,
    a_question_can_be_withdrawn_and_asked_again_and_runs_out,
    who_does_not_answer_is_asked_five_times_in_a_day,
    a_question_that_was_put_off_says_the_same_in_the_language_of_the_account,
    a_link_that_was_made_up_confirms_nothing,
);

const HOUR: i64 = 60 * MINUTE;
/// A name that a stranger might want somebody to read.
const NAME: &str = "UPDATE users SET name = 'Win a prize at evil.example'";
const MOVED: &str = "UPDATE users SET email = 'eve@example.org'";

/// Somebody who has just pressed the switch, their browser, and the letter that asks them.
async fn asked(engine: Engine) -> Option<(Scene, UserId, Browser, Received)> {
    let mut scene = Scene::set(engine).await?;
    let browser = scene.server.signed_up("ada@example.org").await;
    scene.server.test.raw(NAME).await;
    press(&browser, "on").await;
    scene.server.test.work();
    let letter = scene.arrived(1).await.remove(0);
    let person = scene
        .server
        .test
        .app
        .identity
        .find("ada@example.org")
        .await
        .unwrap();
    Some((scene, person, browser, letter))
}

async fn press(browser: &Browser, ended: &str) {
    let form = [("ended", ended), ("next", "/account")];
    let answer = browser.post_form("/account/mail", &form).await;
    assert_eq!(answer.status(), 303);
}

/// What the account says of letters.
async fn said(browser: &Browser) -> String {
    let page = browser.page("/account").await;
    let (before, from) = page.split_once("class=\"letters\"").expect("the switch");
    let (_, attributes) = before.rsplit_once('<').expect("an element");
    let (said, _) = from.split_once("</section>").expect("its end");
    format!("{attributes}{said}")
}

fn is_waiting(said: &str) -> bool {
    let waits = said.contains("Almost on: press the link in the e-mail that we sent to");
    assert_eq!(said.starts_with("div data-waiting"), waits, "{said}");
    assert!(!waits || said.contains("aria-checked=\"true\""), "{said}");
    waits
}

/// The path of the link that confirms.
fn link(letter: &Received) -> String {
    let text = &letter.plain.text;
    let (_, path) = text
        .split_once("http://127.0.0.1:3000/confirm/")
        .unwrap_or_else(|| panic!("no link in {text}"));
    let token = path.split_whitespace().next().unwrap();
    assert!(letter.html.text.contains(token), "{letter:#?}");
    format!("/confirm/{token}")
}

async fn status(browser: &Browser, method: Method, path: &str) -> u16 {
    browser
        .send(browser.request(method, path))
        .await
        .status()
        .as_u16()
}

/// Work that took long ends, and a letter about it has time to arrive.
async fn long(scene: &mut Scene, person: UserId, prompt: &str) {
    scene.server.test.stop_work().await;
    scene.long(&[(person, prompt)]).await;
    scene.pass(MINUTE).await;
}

async fn nothing_comes_to_an_address_that_did_not_agree(engine: Engine) {
    let Some((mut scene, person, browser, letter)) = asked(engine).await else {
        return;
    };
    assert_eq!(letter.to, ["ada@example.org"]);
    assert_eq!(letter.header("to"), "ada@example.org");
    assert_eq!(letter.header("subject"), "Is this your e-mail address?");
    assert!(
        !letter.raw.contains("evil") && !letter.raw.contains("prize"),
        "{}",
        letter.raw
    );
    assert!(!letter.header_names().contains(&"list-unsubscribe"));
    assert_eq!(letter.defects, [""; 0]);
    long(&mut scene, person, "buy my things").await;
    scene.nothing_waits().await;
    scene.arrived(1).await;
    let words = said(&browser).await;
    assert!(is_waiting(&words) && words.contains("ada@example.org"), "{words}");
    assert!(words.contains("It can be sent again in 54 minutes."), "{words}");
    // Looking changes nothing, also not by who is signed in; and no other site's page can press the button.
    let stranger = scene.server.browser();
    for looking in [&stranger, &browser] {
        let page = looking.page(&link(&letter)).await;
        assert!(
            page.contains("Yes, e-mail me") && page.contains("method=\"post\""),
            "{page}"
        );
    }
    assert!(
        !stranger.page(&link(&letter)).await.contains("ada@"),
        "letters are passed on"
    );
    let foreign = crate::support::client().build().unwrap();
    let foreign = foreign
        .post(format!("{}{}", scene.server.address, link(&letter)))
        .header("sec-fetch-site", "cross-site");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    assert!(is_waiting(&said(&browser).await));
    // Who has the letter need not be signed in.
    let done = stranger.post_form(&link(&letter), &[]).await;
    assert_eq!(done.status(), 200);
    assert!(done.text().await.unwrap().contains("You get these e-mails now"));
    let words = said(&browser).await;
    assert!(
        !is_waiting(&words) && words.contains("aria-checked=\"true\""),
        "{words}"
    );
    long(&mut scene, person, "a boat").await;
    let letter = scene.arrived(2).await.remove(1);
    assert!(
        letter.plain.text.contains("a boat") && !letter.plain.text.contains("buy"),
        "{letter:#?}"
    );
}

async fn who_agreed_once_is_not_asked_again_unless_a_link_ended_it(engine: Engine) {
    let Some((mut scene, person, browser, question)) = asked(engine).await else {
        return;
    };
    assert_eq!(status(&browser, Method::POST, &link(&question)).await, 200);
    scene.clock.advance(3 * HOUR);
    press(&browser, "off").await;
    assert!(said(&browser).await.contains("aria-checked=\"false\""));
    press(&browser, "on").await;
    let words = said(&browser).await;
    assert!(
        !is_waiting(&words) && words.contains("aria-checked=\"true\""),
        "{words}"
    );
    long(&mut scene, person, "a boat").await;
    let letter = scene.arrived(2).await.remove(1);
    assert_eq!(status(&browser, Method::POST, letter.stop()).await, 200);
    press(&browser, "on").await;
    assert!(is_waiting(&said(&browser).await));
    let again = scene.arrived(3).await.remove(2);
    assert_ne!(link(&again), link(&question));
    long(&mut scene, person, "a kite").await;
    scene.arrived(3).await;
    assert_eq!(status(&browser, Method::POST, &link(&again)).await, 200);
    assert!(!is_waiting(&said(&browser).await));
}

async fn a_question_can_be_withdrawn_and_asked_again_and_runs_out(engine: Engine) {
    let Some((scene, _, browser, letter)) = asked(engine).await else {
        return;
    };
    press(&browser, "off").await;
    for method in [Method::GET, Method::POST] {
        assert_eq!(status(&browser, method, &link(&letter)).await, 410);
    }
    let words = said(&browser).await;
    assert!(
        words.contains("aria-checked=\"false\"") && words.contains("First we send a link to"),
        "{words}"
    );
    // The letter of a moment ago counts again: nobody gets a second one so soon.
    press(&browser, "on").await;
    press(&browser, "on").await;
    scene.pass(HOUR - 1).await;
    scene.arrived(1).await;
    let words = said(&browser).await;
    assert!(is_waiting(&words) && words.contains("in 1 minute."), "{words}");
    assert_eq!(status(&browser, Method::GET, &link(&letter)).await, 200);
    scene.clock.advance(1);
    let words = said(&browser).await;
    assert!(
        words.contains("Send it again") && !words.contains("It can be sent again"),
        "{words}"
    );
    press(&browser, "on").await;
    let second = scene.arrived(2).await.remove(1);
    assert!(said(&browser).await.contains("It can be sent again in 2 hours."));
    // After two days a link is over; whoever was not asked again says nothing by it.
    scene.clock.advance(47 * HOUR);
    assert_eq!(status(&browser, Method::GET, &link(&second)).await, 200);
    scene.clock.advance(HOUR);
    for letter in [&letter, &second] {
        assert_eq!(status(&browser, Method::POST, &link(letter)).await, 410);
    }
    assert!(is_waiting(&said(&browser).await));
    press(&browser, "on").await;
    let third = scene.arrived(3).await.remove(2);
    for _ in 0..2 {
        assert_eq!(status(&browser, Method::POST, &link(&third)).await, 200);
    }
    assert!(!is_waiting(&said(&browser).await));
}

async fn who_does_not_answer_is_asked_five_times_in_a_day(engine: Engine) {
    let Some((scene, person, _, _)) = asked(engine).await else {
        return;
    };
    let asks = async || {
        const SQL: &str = "SELECT mail_asks FROM users";
        let row: Result<(i64,), sqlx::Error> =
            aisora::on_db!(&scene.server.test.app.db, |c| sqlx::query_as(SQL)
                .fetch_one(c)
                .await);
        row.unwrap().0
    };
    for tries in 0..6 * 24 {
        // Withdrawing in between changes nothing about that.
        if tries % 2 == 0 {
            scene.server.test.app.mail.want(person, false).await.unwrap();
        }
        scene.server.test.app.mail.want(person, true).await.unwrap();
        scene.clock.advance(10 * MINUTE);
    }
    assert_eq!(asks().await, 5);
}

async fn a_question_that_was_put_off_says_the_same_in_the_language_of_the_account(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    scene.mail.next(&["451 4.7.1 greylisted"]);
    let person = scene.server.test.person_named("ada@example.org").await;
    let mail = &scene.server.test.app.mail;
    aisora::language::speaking(Language::German, mail.want(person, true))
        .await
        .unwrap();
    scene.server.test.work();
    scene.arrived(1).await;
    // The postman notes the refusal before time passes, else the wait begins later.
    scene.pass(0).await;
    scene.pass(2 * MINUTE).await;
    let letters = scene.arrived(2).await;
    assert_eq!(letters[1].header("subject"), "Ist das deine E-Mail-Adresse?");
    assert_eq!(letters[1].header("content-language"), "de");
    assert_eq!(
        letters[0].raw.replace(boundary(&letters[0]), ""),
        letters[1].raw.replace(boundary(&letters[1]), "")
    );
    scene.nothing_waits().await;
}

/// What parts of a letter are divided by, which is drawn by lot.
fn boundary(letter: &Received) -> &str {
    let (_, from) = letter.raw.split_once("boundary=\"").expect("a boundary");
    from.split_once('"').expect("its end").0
}

async fn a_link_that_was_made_up_confirms_nothing(engine: Engine) {
    let Some((scene, _, browser, letter)) = asked(engine).await else {
        return;
    };
    let right = link(&letter);
    let (start, end) = right.split_at(right.len() - 3);
    for forged in [
        "/confirm/x".into(),
        format!("/confirm/{}", "A".repeat(54)),
        format!("{start}AAA"),
        start.to_owned(),
        format!("{start}{end}AAA"),
        right.replace("confirm", "unsubscribe"),
    ] {
        for method in [Method::GET, Method::POST] {
            assert_eq!(status(&browser, method, &forged).await, 404, "{forged}");
        }
    }
    assert!(is_waiting(&said(&browser).await));
    // The address is another one now: what was said of the old one is not said of this one.
    scene.server.test.raw(MOVED).await;
    assert_eq!(status(&browser, Method::POST, &right).await, 404);
    assert!(is_waiting(&said(&browser).await));
}
