//! When letters are sent, how often, and what they say.

use super::{CONFIRMED, MINUTE, Scene, setup};
use crate::support::Engine;
use aisora::{
    language::{Language, speaking},
    model::credits::Credits,
    server::mail::LONG,
};
use std::collections::HashSet;
use tokio_util::sync::CancellationToken;

/// The second take waits its turn for some minutes more.
const LATER: &str = "UPDATE jobs SET run_at = run_at + 540000 WHERE subject = (SELECT id FROM generations WHERE take = 2 AND state = 'queued')";
/// So do all that wait.
const MORE: &str = "UPDATE jobs SET run_at = run_at + 240000 WHERE kind = 'generation'";
/// A name of every kind, with what would be a header of its own.
const NAME: &str = "UPDATE users SET name = 'Ada \u{1f680} \u{05d0}\u{05d1}, \"L\"\r\nBcc: eve@example.org'";

crate::on_both_engines!(
    long_work_is_told_once_to_who_wants_it,
    what_ends_at_once_is_one_letter,
    an_order_is_one_letter_unless_it_takes_very_long,
    what_was_thrown_away_is_not_told,
    names_of_every_kind_arrive_as_they_are,
    a_german_account_gets_german_letters,
    a_long_list_is_cut_and_says_so,
    nothing_is_lost_or_told_twice_while_much_ends,
);

async fn long_work_is_told_once_to_who_wants_it(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let wants = scene.reader("ada@example.org", Language::English).await;
    let does_not = scene.server.test.person_named("bob@example.org").await;
    let stopped_again = scene.reader("eve@example.org", Language::English).await;
    scene
        .server
        .test
        .app
        .mail
        .want(stopped_again, false)
        .await
        .unwrap();
    let orders = [
        (wants, "a paper boat"),
        (does_not, "a kite"),
        (stopped_again, "a comet"),
    ];
    let card = scene.long(&orders).await.remove(0);
    scene.pass(MINUTE - 1).await;
    scene.arrived(0).await;
    scene.pass(1).await;
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(
        (letter.from.as_str(), &letter.to[..]),
        ("studio@example.org", &["ada@example.org".to_owned()][..])
    );
    assert_eq!(letter.header("from"), "AiSora Studio <studio@example.org>");
    assert_eq!(letter.header("to"), "ada@example.org");
    assert_eq!(letter.header("subject"), "Your video is ready");
    assert_eq!(letter.header("auto-submitted"), "auto-generated");
    assert_eq!(letter.header("content-language"), "en");
    assert_eq!(
        letter.header("list-unsubscribe-post"),
        "List-Unsubscribe=One-Click"
    );
    assert_eq!(letter.header("mime-version"), "1.0");
    assert_eq!(letter.header("date"), "Fri, 15 Jan 2027 08:06:00 +0000");
    assert!(
        letter.header("message-id").ends_with("@example.org>"),
        "{letter:#?}"
    );
    assert_eq!(letter.kind, "multipart/alternative");
    assert_eq!(letter.defects, [""; 0]);
    let page = format!("http://127.0.0.1:3000/v/{}", card.id);
    for part in [&letter.plain, &letter.html] {
        assert!(
            part.text.contains(&page) && part.text.contains("a paper boat"),
            "{part:?}"
        );
        assert!(
            !part.text.contains("Not charged") && !part.text.contains("ada@"),
            "{part:?}"
        );
    }
    letter.stop();
    scene.nothing_waits().await;
    scene.pass(60 * MINUTE).await;
    scene.arrived(1).await;
    // What took a moment less is told by nobody.
    scene.server.test.stop_work().await;
    scene.made_after(LONG - 1, &[(wants, "a quick one")]).await;
    scene.nothing_waits().await;
    scene.pass(MINUTE).await;
    scene.arrived(1).await;
    scene.server.test.audit().await;
}

async fn what_ends_at_once_is_one_letter(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let test = &scene.server.test;
    let cancelled = test.create(person, "never", 1).await.remove(0);
    scene.clock.advance(LONG);
    test.app.generations.cancel(person, cancelled.id).await.unwrap();
    let prompts = ["a harbour", "fail after 99", "a forest", "block"];
    let cards = scene.long(&prompts.map(|prompt| (person, prompt))).await;
    scene.pass(MINUTE).await;
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(letter.header("subject"), "2 videos are ready, 2 were not made");
    for part in [&letter.plain.text, &letter.html.text] {
        let at = |words: &str| part.find(words).unwrap_or_else(|| panic!("no {words} in {part}"));
        for card in &cards {
            at(&format!("/v/{}", card.id));
        }
        assert!(!part.contains("never"), "who stopped it knows: {part}");
        assert!(
            at("a harbour") < at("a forest") && at("a forest") < at("fail after 99"),
            "{part}"
        );
        at("Not charged. The model could not finish it.");
        at("Not charged. The provider's safety system refused it.");
        assert!(!part.contains("node 7"), "{part}");
    }
    scene.nothing_waits().await;
    scene.server.test.audit().await;
}

async fn an_order_is_one_letter_unless_it_takes_very_long(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let takes = scene.server.test.create(person, "two takes", 2).await;
    scene.clock.advance(LONG);
    scene.server.test.raw(LATER).await;
    scene.server.test.work();
    scene.server.test.ended(person, takes[0].id).await;
    scene.pass(2 * MINUTE).await;
    scene.arrived(0).await;
    scene.clock.advance(2 * MINUTE);
    scene.server.test.ended(person, takes[1].id).await;
    scene.pass(MINUTE).await;
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(letter.header("subject"), "2 videos are ready");
    scene.nothing_waits().await;
    // An order that takes all day: the half of it is told of after half an hour.
    scene.server.test.stop_work().await;
    let takes = scene.server.test.create(person, "all day", 2).await;
    scene.clock.advance(LONG);
    scene.server.test.raw(LATER).await;
    scene.server.test.work();
    scene.server.test.ended(person, takes[0].id).await;
    for _ in 0..8 {
        scene.server.test.raw(MORE).await;
        scene.clock.advance(4 * MINUTE - 1_000);
    }
    let letter = scene.arrived(2).await.remove(1);
    assert_eq!(letter.header("subject"), "Your video is ready");
    assert!(letter.plain.text.contains(&takes[0].page()), "{letter:#?}");
    scene.clock.advance(5 * MINUTE);
    scene.server.test.ended(person, takes[1].id).await;
    scene.pass(MINUTE).await;
    let letter = scene.arrived(3).await.remove(2);
    assert!(letter.plain.text.contains(&takes[1].page()) && !letter.plain.text.contains(&takes[0].page()));
}

async fn what_was_thrown_away_is_not_told(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let prompts = ["a kept one", "in the trash", "gone for good"];
    let cards = scene.long(&prompts.map(|prompt| (person, prompt))).await;
    let generations = &scene.server.test.app.generations;
    generations.trash(person, &[cards[1].id]).await.unwrap();
    generations.delete(person, cards[2].id).await.unwrap();
    scene.pass(MINUTE).await;
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(letter.header("subject"), "Your video is ready");
    assert!(letter.plain.text.contains("a kept one"));
    assert!(!letter.raw.contains("trash") && !letter.raw.contains(&cards[2].id.to_string()));
    // Nothing is left to tell.
    scene.server.test.stop_work().await;
    let card = scene.long(&[(person, "thrown away")]).await.remove(0);
    scene
        .server
        .test
        .app
        .generations
        .trash(person, &[card.id])
        .await
        .unwrap();
    scene.pass(MINUTE).await;
    scene.nothing_waits().await;
    // Whoever does not want letters any more gets none that waits.
    scene.server.test.stop_work().await;
    scene.long(&[(person, "unwanted")]).await;
    scene.server.test.app.mail.want(person, false).await.unwrap();
    scene.pass(MINUTE).await;
    scene.nothing_waits().await;
    scene.arrived(1).await;
}

async fn names_of_every_kind_arrive_as_they_are(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    scene.server.test.raw(NAME).await;
    let (long, snow) = ("word ".repeat(80), "\u{96ea}".repeat(300));
    let prompts = [
        "\u{1f680} ein Floß \u{2014} \u{05e9}\u{05dc}\u{05d5}\u{05dd} \u{05e2}\u{05d5}\u{05dc}\u{05dd}",
        "<b>&amp; \"quotes\"</b>\nSubject: forged\n.\nafter a dot",
        &long,
        &snow,
    ];
    scene.long(&prompts.map(|prompt| (person, prompt))).await;
    scene.pass(MINUTE).await;
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(letter.defects, [""; 0], "{letter:#?}");
    assert_eq!(letter.to, ["ada@example.org"]);
    let to = letter.header("to");
    assert!(
        to.contains("Ada \u{1f680} \u{05d0}\u{05d1}, \\\"L\\\" Bcc: eve@example.org\" <ada@example.org>"),
        "{to}"
    );
    let names: HashSet<_> = letter.header_names().into_iter().collect();
    let expected = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "content-language",
        "auto-submitted",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
        "content-type",
    ];
    assert_eq!(names, HashSet::from(expected));
    let lines: Vec<_> = letter.plain.text.lines().collect();
    assert!(
        lines.contains(&&*format!("\u{2068}{}\u{2069}", prompts[0])),
        "{lines:#?}"
    );
    assert!(
        lines.contains(&"\u{2068}<b>&amp; \"quotes\"</b> Subject: forged . after a dot\u{2069}"),
        "{lines:#?}"
    );
    assert!(
        lines.iter().any(|line| line.ends_with("word word…\u{2069}")),
        "{lines:#?}"
    );
    assert!(
        lines.contains(&&*format!("\u{2068}{}…\u{2069}", "\u{96ea}".repeat(100))),
        "{lines:#?}"
    );
    let html = &letter.html.text;
    assert!(
        html.contains(&format!("<bdi dir=\"auto\">{}</bdi>", prompts[0])),
        "{html}"
    );
    assert!(
        html.contains("&lt;b&gt;&amp;amp; \"quotes\"&lt;/b&gt; Subject"),
        "{html}"
    );
    assert!(
        letter
            .raw
            .lines()
            .all(|line| line.len() <= 100 || line.starts_with("List-Unsubscribe")),
        "{}",
        letter.raw
    );
}

async fn a_german_account_gets_german_letters(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let german = scene.reader("ada@example.org", Language::German).await;
    // Who chose a language keeps it, in whatever language they ask for letters.
    let english = scene.server.test.person_named("bob@example.org").await;
    scene
        .server
        .test
        .app
        .identity
        .choose_language(english, Language::English)
        .await
        .unwrap();
    scene.server.test.raw(CONFIRMED).await;
    speaking(Language::German, scene.server.test.app.mail.want(english, true))
        .await
        .unwrap();
    scene
        .long(&[
            (german, "ein Boot"),
            (german, "fail after 99"),
            (english, "a boat"),
        ])
        .await;
    scene.pass(MINUTE).await;
    let letters = scene.arrived(2).await;
    let to = |email: &str| letters.iter().find(|letter| letter.to == [email]).unwrap();
    assert_eq!(to("bob@example.org").header("subject"), "Your video is ready");
    let letter = to("ada@example.org");
    assert_eq!(
        letter.header("subject"),
        "1 Video ist fertig, 1 ist nicht entstanden"
    );
    assert_eq!(letter.header("content-language"), "de");
    for part in [&letter.plain.text, &letter.html.text] {
        assert!(
            part.contains("Nicht berechnet. ") && part.contains("fünf Minuten"),
            "{part}"
        );
    }
    assert!(letter.html.text.contains("<html lang=\"de\">"));
    assert_eq!(letter.defects, [""; 0]);
}

async fn a_long_list_is_cut_and_says_so(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let app = &scene.server.test.app;
    let mut tx = app.db.begin().await.unwrap();
    app.ledger
        .grant(&mut tx, person, Credits(100), "More")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let prompts: Vec<String> = (0..23).map(|number| format!("boat number {number}")).collect();
    let orders: Vec<_> = prompts.iter().map(|prompt| (person, prompt.as_str())).collect();
    scene.long(&orders).await;
    scene.pass(MINUTE).await;
    let letter = scene.arrived(1).await.remove(0);
    assert_eq!(letter.header("subject"), "23 videos are ready");
    for part in [&letter.plain.text, &letter.html.text] {
        assert_eq!(part.matches("/v/").count(), 20);
        assert!(
            part.contains("There is more in your library") && part.contains("3000/library"),
            "{part}"
        );
    }
}

async fn nothing_is_lost_or_told_twice_while_much_ends(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let person = scene.reader("ada@example.org", Language::English).await;
    let mut cards = Vec::new();
    for number in 0..20 {
        let prompt = format!("boat number {number}");
        cards.extend(scene.server.test.create(person, &prompt, 1).await);
    }
    scene.clock.advance(LONG);
    // Letters are closed while the next one of their things ends.
    let stop = CancellationToken::new();
    let sister = scene
        .server
        .test
        .sister(setup(&scene.mail, "", &scene.clock))
        .await;
    let other = tokio::spawn(sister.worker.clone().run(stop.clone()));
    scene.server.test.work();
    for card in &cards {
        scene.server.test.ended(person, card.id).await;
        // A claim outlives one minute, not two.
        scene.nothing_under_way().await;
        scene.clock.advance(MINUTE);
    }
    scene.nothing_under_way().await;
    scene.pass(MINUTE).await;
    scene.nothing_waits().await;
    stop.cancel();
    other.await.unwrap();
    let told: String = scene
        .mail
        .received()
        .into_iter()
        .map(|letter| letter.plain.text)
        .collect();
    for card in cards {
        assert_eq!(told.matches(&card.page()).count(), 1, "{told}");
    }
}
