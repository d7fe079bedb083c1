//! What a person makes of their library: views of it, titles, notes, tags, favourites, collections.

mod doors;
mod views;

use crate::support::{Engine, TestApp};
use aisora::model::{
    error::{AppError, Code},
    ids::{CollectionId, GenerationId, UserId},
    library::{AboutChange, LibraryQuery, MOST_COLLECTIONS},
};
use aisora::server::{error::Failure, organising::Act};

crate::on_both_engines!(
    title_tags_and_note_are_found_and_what_is_taken_away_is_not,
    deleting_forgets_all_that_was_written,
    nobody_touches_the_library_of_somebody_else,
    edits_at_once_leave_one_of_them_whole,
    collections_have_names_and_limits,
    videos_move_from_one_collection_to_another_and_tags_are_taken_away,
);

fn code(failure: Result<impl Sized, Failure>) -> Code {
    match failure {
        Err(Failure::App(error)) => error.code,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

fn message(failure: Result<impl Sized, Failure>) -> (String, String) {
    let Err(Failure::App(AppError { fields, .. })) = failure else {
        panic!("no error for people")
    };
    (fields[0].field.clone(), fields[0].message.clone())
}

/// Videos of a person, as many as their credits are enough for, in several shapes of rows.
async fn fill(test: &TestApp, person: UserId, many: usize) -> Vec<GenerationId> {
    let mut ids = Vec::new();
    for n in 0..many {
        let card = test
            .create(person, &format!("boat {} of paper", n % 7), 1)
            .await
            .remove(0);
        // What is stopped gives its credits back.
        if n % 3 != 0 {
            test.app.generations.cancel(person, card.id).await.unwrap();
        }
        ids.push(card.id);
    }
    test.raw("UPDATE generations SET seconds = 1 + (seed % 4), model = CASE WHEN seed % 5 = 0 THEN 'rare' ELSE 'often' END")
        .await;
    test.raw("UPDATE generations SET width = 128, height = CASE seed % 3 WHEN 0 THEN 72 WHEN 1 THEN 128 ELSE 256 END")
        .await;
    ids
}

/// All of a view, page after page of the service.
async fn all(test: &TestApp, person: UserId, query: &LibraryQuery) -> Vec<GenerationId> {
    let (mut ids, mut query) = (Vec::new(), query.clone());
    loop {
        let page = test.app.generations.library(person, &query).await.unwrap();
        ids.extend(page.cards.iter().map(|card| card.id));
        query.after = page.next;
        if query.after.is_none() {
            return ids;
        }
    }
}

async fn title_tags_and_note_are_found_and_what_is_taken_away_is_not(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let id = test.create(person, "a paper boat", 1).await[0].id;
    let found = async |words: &str| {
        let query = LibraryQuery::default().with("search", words);
        test.app
            .generations
            .library(person, &query)
            .await
            .unwrap()
            .cards
            .len()
    };
    let change = AboutChange {
        title: "Überfahrt".into(),
        note: "for Ayşe's birthday".into(),
        tags: vec!["night fog".into(), "東京".into()],
        ..AboutChange::default()
    };
    test.app.organising.write(person, id, change, "").await.unwrap();
    for words in ["uberfahrt", "birthday boat", "fog", "東京", "\"night fog\""] {
        assert_eq!(found(words).await, 1, "{words}");
    }
    assert_eq!(
        found("\"boat uberfahrt\"").await,
        0,
        "no phrase goes from one text into the next"
    );
    let about = test.app.organising.about(person, id).await.unwrap();
    assert_eq!((about.title.as_str(), about.tags.len()), ("Überfahrt", 2));
    test.app
        .organising
        .act(person, &[id], &Act::Tag(vec!["harbour".into()]))
        .await
        .unwrap();
    assert_eq!(found("harbour birthday").await, 1);
    test.app
        .organising
        .write(person, id, AboutChange::default(), "")
        .await
        .unwrap();
    for words in ["uberfahrt", "birthday", "fog", "harbour", "東京"] {
        assert_eq!(found(words).await, 0, "{words}");
    }
    assert_eq!(found("paper boat").await, 1);
}

async fn deleting_forgets_all_that_was_written(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let id = test.create(person, "a paper boat", 1).await[0].id;
    let change = AboutChange {
        title: "Secret".into(),
        note: "secret".into(),
        tags: vec!["secret".into()],
        favourite: true,
        ..AboutChange::default()
    };
    test.app
        .organising
        .write(person, id, change, "Shelf")
        .await
        .unwrap();
    assert_eq!(
        test.app.organising.shelves(person).await.unwrap().collections[0].videos,
        1
    );
    test.app.generations.cancel(person, id).await.unwrap();
    test.app.generations.delete(person, id).await.unwrap();
    let shelves = test.app.organising.shelves(person).await.unwrap();
    assert_eq!(shelves.collections[0].videos, 0);
    assert!(shelves.tags.is_empty() && shelves.models.is_empty());
    let left = "SELECT COUNT(*) FROM generations WHERE title <> '' OR note <> '' OR title_sort <> '' OR prompt_search <> '' OR favourite";
    assert_eq!(test.count(left).await, 0);
    assert_eq!(test.count("SELECT COUNT(*) FROM generation_tags").await, 0);
    assert_eq!(test.count("SELECT COUNT(*) FROM prompt_words").await, 0);
    assert_eq!(code(test.app.organising.about(person, id).await), Code::NotFound);
}

async fn nobody_touches_the_library_of_somebody_else(engine: Engine) {
    let test = TestApp::start(engine).await;
    let (owner, stranger) = (test.person().await, test.person().await);
    let id = test.create(owner, "mine", 1).await[0].id;
    let organising = &test.app.organising;
    let shelf = organising.collection(owner, "Mine").await.unwrap();
    organising.act(owner, &[id], &Act::Collect(shelf)).await.unwrap();
    assert_eq!(code(organising.about(stranger, id).await), Code::NotFound);
    assert_eq!(
        code(organising.write(stranger, id, AboutChange::default(), "").await),
        Code::NotFound
    );
    assert_eq!(
        code(organising.rename(stranger, shelf, "Theirs").await),
        Code::NotFound
    );
    assert_eq!(code(organising.remove(stranger, shelf).await), Code::NotFound);
    let theirs = test.create(stranger, "theirs", 1).await[0].id;
    for act in [Act::Collect(shelf), Act::Uncollect(shelf)] {
        assert_eq!(
            code(organising.act(stranger, &[theirs], &act).await),
            Code::NotFound
        );
    }
    for act in [Act::Favourite(true), Act::Tag(vec!["x".into()])] {
        assert_eq!(code(organising.act(stranger, &[id], &act).await), Code::NotFound);
    }
    let own = organising.collection(stranger, "Mine").await.unwrap();
    assert_ne!(own, shelf, "the same name is another collection");
    assert_eq!(
        organising
            .act(stranger, &[id, theirs], &Act::Collect(own))
            .await
            .unwrap(),
        1
    );
    let change = AboutChange {
        collections: vec![shelf],
        ..AboutChange::default()
    };
    organising.write(stranger, theirs, change, "").await.unwrap();
    let shelves = organising.shelves(owner).await.unwrap();
    assert_eq!((shelves.collections.len(), shelves.collections[0].videos), (1, 1));
    let about = organising.about(owner, id).await.unwrap();
    assert!(!about.favourite && about.tags.is_empty() && about.collections[0].holds);
    let query = LibraryQuery::default().with("collection", &shelf.to_string());
    assert!(all(&test, stranger, &query).await.is_empty());
}

async fn videos_move_from_one_collection_to_another_and_tags_are_taken_away(engine: Engine) {
    let test = TestApp::start(engine).await;
    let (person, stranger) = (test.person().await, test.person().await);
    let ids: Vec<_> = test
        .create(person, "boat", 3)
        .await
        .iter()
        .map(|card| card.id)
        .collect();
    let organising = &test.app.organising;
    let from = organising.collection(person, "From").await.unwrap();
    let to = organising.collection(person, "To").await.unwrap();
    let theirs = organising.collection(stranger, "Theirs").await.unwrap();
    organising
        .act(person, &ids[..2], &Act::Collect(from))
        .await
        .unwrap();
    for act in [Act::Move(from, theirs), Act::Move(theirs, to)] {
        let refused = organising.act(person, &ids, &act).await;
        assert_eq!(code(refused), Code::NotFound);
    }
    let inside = async |collection: CollectionId| {
        let query = LibraryQuery::default().with("collection", &collection.to_string());
        let mut inside = all(&test, person, &query).await;
        inside.sort_unstable();
        inside
    };
    assert_eq!(
        inside(from).await,
        ids[..2],
        "a move that is refused moves nothing"
    );
    organising
        .act(person, &ids[1..], &Act::Move(from, to))
        .await
        .unwrap();
    assert_eq!(inside(from).await, ids[..1]);
    assert_eq!(
        inside(to).await,
        ids[1..2],
        "what was not in the first does not come into the second"
    );

    // There and back at once, many times: no two wait for each other, and each video is in one of the two.
    let mut tasks = Vec::new();
    for n in 0..12 {
        let (app, ids) = (test.app.clone(), ids.clone());
        let act = if n % 2 == 0 {
            Act::Move(from, to)
        } else {
            Act::Move(to, from)
        };
        tasks.push(tokio::spawn(async move {
            app.organising.act(person, &ids, &act).await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let mut both = [inside(from).await, inside(to).await].concat();
    both.sort_unstable();
    assert_eq!(both, ids[..2]);

    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    organising
        .act(person, &ids, &Act::Tag(tags(&["fog", "sea", "night"])))
        .await
        .unwrap();
    let refused = organising.act(stranger, &ids, &Act::Untag(tags(&["fog"]))).await;
    assert_eq!(code(refused), Code::NotFound);
    organising
        .act(
            person,
            &ids[..1],
            &Act::Untag(tags(&["fog", "sea", "never there"])),
        )
        .await
        .unwrap();
    assert_eq!(organising.about(person, ids[0]).await.unwrap().tags, ["night"]);
    let query = LibraryQuery::default().with("search", "fog");
    assert_eq!(all(&test, person, &query).await.len(), 2, "nor is it found by it");
}

async fn edits_at_once_leave_one_of_them_whole(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let ids: Vec<_> = test
        .create(person, "boat", 3)
        .await
        .iter()
        .map(|card| card.id)
        .collect();
    let mut tasks = Vec::new();
    for n in 0..12 {
        let (app, ids) = (test.app.clone(), ids.clone());
        tasks.push(tokio::spawn(async move {
            let word = format!("word{n}");
            let change = AboutChange {
                title: word.clone(),
                note: word.clone(),
                tags: vec![word.clone()],
                ..AboutChange::default()
            };
            app.organising
                .write(person, ids[0], change, "Shared")
                .await
                .unwrap();
            app.organising
                .act(person, &ids, &Act::Favourite(n % 2 == 0))
                .await
                .unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let about = test.app.organising.about(person, ids[0]).await.unwrap();
    assert_eq!(about.tags, std::slice::from_ref(&about.title), "one edit, whole");
    assert_eq!(about.note, about.title);
    assert_eq!(about.collections.len(), 1, "the new collection was made once");
    for n in 0..12 {
        let word = format!("\"word{n}\"");
        let found = all(&test, person, &LibraryQuery::default().with("search", &word)).await;
        assert_eq!(
            found.len(),
            usize::from(word.contains(&format!("\"{}\"", about.title))),
            "{word}"
        );
    }
}

async fn collections_have_names_and_limits(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let organising = &test.app.organising;
    let sea = organising.collection(person, "  The   Sea ").await.unwrap();
    assert_eq!(
        organising.collection(person, "the sea").await.unwrap(),
        sea,
        "it is there already"
    );
    let fog = organising.collection(person, "مرحبا 🚀 <b>").await.unwrap();
    assert!(
        message(organising.rename(person, fog, "THE SEA").await)
            .1
            .contains("Another collection")
    );
    organising.rename(person, sea, "THE SEA").await.unwrap();
    for (bad, why) in [
        ("", "needs a name"),
        (" \n ", "needs a name"),
        ("a\u{7}", "cannot be shown"),
    ] {
        assert!(
            message(organising.collection(person, bad).await).1.contains(why),
            "{bad:?}"
        );
        assert!(
            message(organising.rename(person, sea, bad).await).1.contains(why),
            "{bad:?}"
        );
    }
    assert!(
        message(organising.collection(person, &"x".repeat(5_000)).await)
            .1
            .contains("at most 60")
    );
    let names: Vec<_> = organising.shelves(person).await.unwrap().collections;
    assert_eq!(
        names.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["THE SEA", "مرحبا 🚀 <b>"]
    );
    for n in 2..MOST_COLLECTIONS {
        organising.collection(person, &format!("n{n}")).await.unwrap();
    }
    assert!(
        message(organising.collection(person, "one more").await)
            .1
            .contains("the most there can be")
    );
    organising.remove(person, fog).await.unwrap();
    organising.collection(person, "one more").await.unwrap();
    assert_eq!(
        code(organising.remove(person, CollectionId(uuid::Uuid::nil())).await),
        Code::NotFound
    );
    let id = test.create(person, "boat", 1).await[0].id;
    let many: Vec<_> = (0..12).map(|n| format!("t{n}")).collect();
    organising.act(person, &[id], &Act::Tag(many)).await.unwrap();
    let (field, words) = message(organising.act(person, &[id], &Act::Tag(vec!["t12".into()])).await);
    assert_eq!(field, "tag");
    assert!(words.contains("at most 12"), "{words}");
    assert_eq!(
        organising.about(person, id).await.unwrap().tags.len(),
        12,
        "nothing of it was done"
    );
    assert_eq!(
        message(organising.act(person, &[], &Act::Favourite(true)).await).0,
        "ids"
    );
}
