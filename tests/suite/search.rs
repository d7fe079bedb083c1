//! The search of the library. Every question is asked twice: of the prompts one by one, and of the index alone.

use crate::support::{Engine, Setup, TestApp};
use aisora::model::generation::LibraryQuery;
use aisora::model::library::Sort;
use aisora::on_db;
use aisora::server::{
    clock::{Clock, Ids},
    db::{
        Db, generations,
        generations::{
            GenerationRow,
            search::Way,
            view::{Place, View, page},
        },
    },
};
use std::sync::LazyLock;
use uuid::Uuid;

/// They keep rising, whichever test asks.
static IDS: LazyLock<Ids> = LazyLock::new(|| Ids::new(Clock::default()));

crate::on_both_engines!(
    words_are_found_in_any_order_from_their_beginning_whatever_case_and_accents,
    quotes_find_words_side_by_side,
    scripts_without_spaces_and_pictures_are_found,
    nothing_that_is_typed_is_an_operator_or_an_error,
    only_own_prompts_are_found,
    a_deleted_prompt_leaves_nothing_in_the_index,
    pages_continue_and_keep_to_their_filter,
    every_order_continues_in_every_way,
    prompts_of_an_older_version_are_found_after_the_next_start,
);

/// A new video of a person, without the price and the hold.
async fn hang(test: &TestApp, user: Uuid, prompt: &str) -> Uuid {
    let id = IDS.generation().0;
    let row = GenerationRow {
        id,
        user_id: user,
        quote_id: id,
        take: 1,
        prompt: prompt.into(),
        created_at: 1,
        ..GenerationRow::default()
    };
    let mut tx = test.app.db.begin().await.unwrap();
    assert!(generations::add(&mut tx, &row).await.unwrap());
    tx.commit().await.unwrap();
    id
}

async fn run(db: &Db, sql: &'static str, id: Uuid) {
    match db {
        Db::Sqlite { write, .. } => {
            sqlx::query(sql).bind(id).execute(write).await.unwrap();
        }
        Db::Postgres(pool) => {
            sqlx::query(sql).bind(id).execute(pool).await.unwrap();
        }
    }
}

async fn end(test: &TestApp, id: Uuid) {
    run(
        &test.app.db,
        "UPDATE generations SET state = 'failed' WHERE id = $1",
        id,
    )
    .await;
}

fn view(user: Uuid, typed: &str, show: &str, after: Option<Place>) -> View {
    View {
        user,
        search: typed.into(),
        show: show.into(),
        after,
        ..View::default()
    }
}

/// What is found among all of a person's videos, newest first: by the index, which has to agree with a look at each prompt.
async fn found(test: &TestApp, user: Uuid, typed: &str) -> Vec<String> {
    let ask = async |way| {
        let rows = page(&test.app.db, &view(user, typed, "all", None), 1_000, way).await;
        let rows = rows.unwrap_or_else(|error| panic!("{typed:?}: {error}"));
        rows.into_iter().map(|row| row.prompt).collect::<Vec<_>>()
    };
    let one_by_one = ask(Way::OneByOne).await;
    for way in [Way::Index, Way::Many, Way::Quickest] {
        assert_eq!(ask(way).await, one_by_one, "{typed:?}: {way:?} disagrees");
    }
    one_by_one
}

async fn words_are_found_in_any_order_from_their_beginning_whatever_case_and_accents(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await.0;
    let long = "x".repeat(90);
    let prompts = [
        "A paper boat crossing a storm drain at dusk",
        "Élan: Über den Dächern von Köln, Straße im Regen",
        "Чёрный кот на крыше",
        "l'été à la plage, cafe\u{301} crème",
        "हिन्दी में एक नाव",
        &long,
    ];
    for prompt in prompts {
        hang(&test, user, prompt).await;
    }
    for (typed, place) in [
        ("dusk boat", 0),
        ("BOA stor", 0),
        ("  paper ,, dusk!", 0),
        ("uber dachern", 1),
        ("ÜBER KÖLN", 1),
        ("strasse", 1),
        ("u\u{308}ber", 1),
        ("elan koln", 1),
        ("ЧЕРНЫЙ кот", 2),
        ("крыш", 2),
        ("ete creme", 3),
        ("café", 3),
        ("L’été", 3),
        ("हिन्दी", 4),
        (&"X".repeat(80), 5),
    ] {
        assert_eq!(found(&test, user, typed).await, [prompts[place]], "{typed}");
    }
    for typed in ["oat", "boat lantern", "ätter", "кошка", "हिन्दू", &"x".repeat(91)] {
        assert_eq!(found(&test, user, typed).await, [""; 0], "{typed}");
    }
}

async fn quotes_find_words_side_by_side(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await.0;
    hang(&test, user, "a boat of paper").await;
    hang(&test, user, "a paper-boat at sea").await;
    hang(&test, user, "two paper boats").await;
    assert_eq!(found(&test, user, "paper boat").await.len(), 3);
    assert_eq!(
        found(&test, user, "\"paper boat\"").await,
        ["a paper-boat at sea"]
    );
    assert_eq!(
        found(&test, user, "“Paper Boat” s").await,
        ["a paper-boat at sea"]
    );
    assert_eq!(
        found(&test, user, "\"paper boat").await,
        ["two paper boats", "a paper-boat at sea"]
    );
    assert_eq!(found(&test, user, "\"boat paper\"").await, [""; 0]);
}

async fn scripts_without_spaces_and_pictures_are_found(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await.0;
    let prompts = [
        "東京タワーの夜景、雨",
        "เรือกระดาษลอยน้ำ",
        "纸船在雨中漂流 with neon",
        "fog 🚀 over 👩🏽‍🚀 the sea ❤️",
        "한국의 밤거리",
    ];
    for prompt in prompts {
        hang(&test, user, prompt).await;
    }
    for (typed, place) in [
        ("夜景", 0),
        ("タワー", 0),
        ("夜", 0),
        ("景", 0),
        ("東京 夜景", 0),
        ("กระดาษ", 1),
        ("雨中漂流", 2),
        ("neon 纸船", 2),
        ("🚀", 3),
        ("❤", 3),
        ("👩🏽‍🚀 fog", 3),
        ("한국", 4),
        ("밤", 4),
    ] {
        assert_eq!(found(&test, user, typed).await, [prompts[place]], "{typed}");
    }
    assert_eq!(found(&test, user, "雨").await, [prompts[2], prompts[0]]);
    for typed in ["京東", "東タワー", "夜雨", "🛸", "국의"] {
        assert_eq!(found(&test, user, typed).await, [""; 0], "{typed}");
    }
}

async fn nothing_that_is_typed_is_an_operator_or_an_error(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    hang(&test, person.0, "near or far, not and: a boat").await;
    for typed in [
        "boat*",
        "-boat",
        "boat -",
        "NEAR(boat, 3)",
        "boat OR",
        "NOT boat",
        "AND",
        "words:boat",
        "^boat",
        "boat ' \\ :* & | ! <->",
    ] {
        let should = usize::from(!matches!(typed, "NEAR(boat, 3)" | "words:boat"));
        assert_eq!(found(&test, person.0, typed).await.len(), should, "{typed}");
    }
    for sign in "\"*-'()%_!^:;\\&|<>{}[]$1?~`#@+=.,/…“«".chars() {
        let typed = String::from(sign).repeat(200);
        assert_eq!(found(&test, person.0, &typed).await, [""; 0], "{typed}");
        let mixed: String = format!("{sign}boa{sign}").repeat(40);
        assert!(
            found(&test, person.0, &mixed).await.len() <= 1,
            "{mixed}: no error"
        );
        let search = typed.clone();
        let query = LibraryQuery {
            search,
            ..LibraryQuery::default()
        };
        let page = test.app.generations.library(person, &query).await.unwrap();
        assert!(page.cards.is_empty(), "{typed}");
    }
    let letters: String = ('a'..='z').flat_map(|sign| [sign, ' ']).collect();
    assert_eq!(found(&test, person.0, &letters.repeat(4)[..199]).await, [""; 0]);
}

async fn only_own_prompts_are_found(engine: Engine) {
    let test = TestApp::start(engine).await;
    // Their words lie together in the index: the mark there is the end of the id.
    let [one, other] = [0xa000_abcd_u128, 0xb000_abcd_u128].map(Uuid::from_u128);
    hang(&test, one, "a secret lantern").await;
    hang(&test, other, "an open lantern").await;
    let stranger = test.person().await.0;
    assert_eq!(found(&test, one, "lantern").await, ["a secret lantern"]);
    assert_eq!(found(&test, other, "lantern").await, ["an open lantern"]);
    assert_eq!(found(&test, other, "secret").await, [""; 0]);
    assert_eq!(found(&test, stranger, "lantern").await, [""; 0]);
    assert_eq!(found(&test, stranger, "00abcdlantern").await, [""; 0]);
}

/// How many rows of all tables of the index hold a piece of a word, in the bytes as they lie there.
async fn traces(db: &Db, piece: &str) -> i64 {
    let Db::Sqlite { read, .. } = db else {
        let sql = "SELECT COUNT(*) FROM prompt_words WHERE POSITION($1 IN CAST(words AS TEXT)) > 0";
        let Db::Postgres(pool) = db else { unreachable!() };
        return sqlx::query_scalar(sql).bind(piece).fetch_one(pool).await.unwrap();
    };
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name LIKE 'prompt!_%' ESCAPE '!' AND m.name <> 'prompt_index'",
    )
    .fetch_all(read)
    .await
    .unwrap();
    assert!(tables.len() > 5, "{tables:?}");
    let mut traces = 0;
    for (table, column) in tables {
        let sql =
            format!("SELECT COUNT(*) FROM {table} WHERE INSTR(CAST({column} AS BLOB), CAST($1 AS BLOB)) > 0");
        let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(piece)
            .fetch_one(read)
            .await
            .unwrap();
        traces += found;
    }
    traces
}

async fn a_deleted_prompt_leaves_nothing_in_the_index(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await.0;
    let mut secret = Vec::new();
    for n in 0..60 {
        hang(&test, user, &format!("boat {n} and lantern")).await;
        if n % 20 == 7 {
            secret.push(hang(&test, user, "a xylophonist 秘密 in my kitchen").await);
        }
    }
    assert_eq!(found(&test, user, "xylophonist kitchen").await.len(), 3);
    assert!(traces(&test.app.db, "ylophonist").await >= 3);
    for id in secret {
        let delete = async || {
            let mut tx = test.app.db.begin().await.unwrap();
            let deleted = generations::delete(&mut tx, user, id, 1, None).await.unwrap();
            tx.commit().await.unwrap();
            deleted
        };
        assert!(!delete().await, "it is still being made, and stays findable");
        end(&test, id).await;
        assert!(delete().await);
    }
    for word in ["xylophonist", "kitchen", "秘密"] {
        assert_eq!(found(&test, user, word).await, [""; 0]);
        let piece: String = word.chars().skip(1).collect();
        assert_eq!(traces(&test.app.db, &piece).await, 0, "{word}");
    }
    assert_eq!(
        found(&test, user, "boat lantern").await.len(),
        60,
        "the others stay"
    );
    if let Db::Sqlite { write, .. } = &test.app.db {
        let check = "INSERT INTO prompt_index (prompt_index, rank) VALUES ('integrity-check', 1)";
        sqlx::query(check)
            .execute(write)
            .await
            .expect("the index is whole");
    }
}

async fn pages_continue_and_keep_to_their_filter(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await.0;
    let mut boats = Vec::new();
    for n in 0..130 {
        let word = if n % 2 == 0 { "boat" } else { "tower" };
        let id = hang(&test, user, &format!("{word} {n}")).await;
        if n % 2 == 0 {
            boats.push(id);
        }
        if n % 10 == 0 {
            end(&test, id).await;
        }
    }
    boats.reverse();
    for way in [Way::Quickest, Way::Index, Way::Many, Way::OneByOne] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let rows = page(&test.app.db, &view(user, "boat", "all", after), 20, way)
                .await
                .unwrap();
            let Some(last) = rows.last() else { break };
            after = Some(Place::behind(last.id));
            assert!(rows.len() <= 20);
            seen.extend(rows.iter().map(|row| row.id));
        }
        assert_eq!(seen, boats, "{way:?}");
        for (show, many) in [("not-made", 13), ("making", 52), ("ready", 0), ("all", 65)] {
            let rows = page(&test.app.db, &view(user, "boa", show, None), 200, way).await;
            assert_eq!(rows.unwrap().len(), many, "{show}, {way:?}");
        }
    }
}

async fn every_order_continues_in_every_way(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await.0;
    for n in 0..130 {
        let word = if n % 9 == 0 { "boat" } else { "tower" };
        let id = hang(
            &test,
            user,
            &format!("{} {word} of glass {}", n % 13, n * 7 % 130),
        )
        .await;
        if n % 3 == 0 {
            let long = "UPDATE generations SET seconds = 8 WHERE id = $1";
            run(&test.app.db, long, id).await;
        }
    }
    let all = async |typed: &str, sort, way| {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let view = View {
                sort,
                ..view(user, typed, "all", after)
            };
            let rows = page(&test.app.db, &view, 5, way).await.unwrap();
            let Some(last) = rows.last() else { break seen };
            after = Some(Place::of(last, sort));
            seen.extend(rows.iter().map(|row| row.id));
        }
    };
    for (typed, many) in [
        ("glass", 130),
        ("\"of glass\"", 130),
        ("boat", 15),
        ("\"glass of\"", 0),
    ] {
        for (sort, ..) in Sort::ALL {
            let one_by_one = all(typed, sort, Way::OneByOne).await;
            assert_eq!(one_by_one.len(), many, "{typed}");
            for way in [Way::Quickest, Way::Index, Way::Many] {
                assert_eq!(
                    all(typed, sort, way).await,
                    one_by_one,
                    "{typed}, {sort:?}, {way:?}"
                );
            }
        }
    }
}

async fn prompts_of_an_older_version_are_found_after_the_next_start(engine: Engine) {
    let test = TestApp::start(engine).await;
    let user = test.person().await.0;
    for n in 0..3 {
        let id = hang(&test, user, &format!("Älteres Boot {n}")).await;
        // As the version before wrote it.
        run(
            &test.app.db,
            "DELETE FROM prompt_words WHERE generation_id = $1",
            id,
        )
        .await;
        let old = "UPDATE generations SET searchable = FALSE, prompt_search = LOWER(prompt) WHERE id = $1";
        run(&test.app.db, old, id).await;
    }
    let rows = page(&test.app.db, &view(user, "alteres", "all", None), 10, Way::Index).await;
    assert!(rows.unwrap().is_empty());
    test.sister(Setup::default()).await;
    assert_eq!(found(&test, user, "alteres boot").await.len(), 3);
    test.sister(Setup::default()).await;
    let rows: (i64,) = on_db!(&test.app.db, |c| sqlx::query_as(
        "SELECT COUNT(*) FROM prompt_words"
    )
    .fetch_one(c)
    .await)
    .unwrap();
    assert_eq!(rows.0, 3, "once each");
}
