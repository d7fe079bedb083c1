//! Everything that goes wrong outside: each ends in the right state, with its reason, and is not charged.

use crate::support::{Engine, Play, Setup, TestApp};
use aisora::model::generation::{Charge, Reason, State};
use aisora::server::{clock::Clock, storage::Storage};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, memory::InMemory, path::Path,
};
use std::{fmt, sync::Arc};

crate::on_both_engines!(
    what_a_provider_does_wrong_is_not_charged,
    what_passes_is_waited_for,
    a_store_that_is_full_fails_the_generation_and_the_server_lives,
    a_clock_that_goes_backwards_loses_nothing,
);

async fn what_a_provider_does_wrong_is_not_charged(engine: Engine) {
    let mut test = TestApp::with(engine, roomy()).await;
    test.work();
    let person = test.person().await;
    let cases = [
        ("refuse", State::Failed, Reason::ProviderRefused),
        ("block at the door", State::Blocked, Reason::ProviderBlocked),
        ("break at the door", State::Failed, Reason::ProviderUnreachable),
        ("hang at the door", State::Failed, Reason::ProviderUnreachable),
        ("hang", State::Failed, Reason::TimedOut),
        ("never", State::Failed, Reason::TimedOut),
        ("garbage", State::Failed, Reason::TimedOut),
        ("unknown state", State::Failed, Reason::TimedOut),
        ("fail after 99", State::Failed, Reason::ProviderFailed),
        ("block", State::Blocked, Reason::ProviderBlocked),
        ("gone", State::Failed, Reason::ProviderFailed),
        ("half a file", State::Failed, Reason::BadVideo),
        ("not a video", State::Failed, Reason::BadVideo),
        ("zero bytes", State::Failed, Reason::BadVideo),
        ("wrong size", State::Failed, Reason::BadVideo),
        ("wrong length", State::Failed, Reason::BadVideo),
        ("no pictures", State::Failed, Reason::BadVideo),
        ("done but 404", State::Failed, Reason::BadVideo),
    ];
    let mut made = Vec::new();
    for (prompt, state, reason) in cases {
        made.push((
            test.create(person, prompt, 1).await.remove(0).id,
            prompt,
            state,
            reason,
        ));
    }
    for (id, prompt, state, reason) in made {
        let card = test.ended(person, id).await;
        assert_eq!(
            (card.state, card.reason, card.charge),
            (state, Some(reason), Charge::NotCharged),
            "{prompt}"
        );
        let words = serde_json::to_string(&card).unwrap();
        assert!(
            !words.contains("node 7"),
            "what the provider said is for the operator: {words}"
        );
    }
    assert_eq!(test.balance(person).await, (200, 0));
    assert!(
        std::fs::read_dir(test.folder.path().join("data/videos"))
            .unwrap()
            .next()
            .is_none(),
        "nothing half made"
    );
    test.audit().await;
}

/// One person may do everything at once.
fn roomy() -> Setup {
    Setup {
        environment: vec![("AISORA_WORKER_PER_USER", "20".into())],
        ..Setup::default()
    }
}

async fn what_passes_is_waited_for(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(
        engine,
        Setup {
            play: Some(play.clone()),
            ..roomy()
        },
    )
    .await;
    test.work();
    let person = test.person().await;
    for prompt in [
        "busy once",
        "garbage at first",
        "unknown state at first",
        "cut once",
        "slow",
    ] {
        let id = test.create(person, prompt, 1).await.remove(0).id;
        let card = test.ended(person, id).await;
        assert_eq!(card.state, State::Succeeded, "{prompt}: {:?}", card.reason);
        let orders = play
            .orders
            .lock()
            .unwrap()
            .iter()
            .filter(|order| order.reference == id.0)
            .count();
        assert_eq!(orders, 1, "{prompt}: taken once");
    }
    assert_eq!(test.balance(person).await, (150, 0));
    test.audit().await;
}

/// A store on a disk that is full: it takes no byte.
#[derive(Debug)]
struct Full(InMemory);

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("full")
    }
}

fn full() -> object_store::Error {
    object_store::Error::Generic {
        store: "full",
        source: Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull)),
    }
}

#[async_trait::async_trait]
impl ObjectStore for Full {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> object_store::Result<PutResult> {
        Err(full())
    }
    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        Err(full())
    }
    async fn get_opts(&self, path: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        self.0.get_opts(path, options).await
    }
    fn delete_stream(
        &self,
        paths: futures::stream::BoxStream<'static, object_store::Result<Path>>,
    ) -> futures::stream::BoxStream<'static, object_store::Result<Path>> {
        self.0.delete_stream(paths)
    }
    fn list(
        &self,
        prefix: Option<&Path>,
    ) -> futures::stream::BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.0.list(prefix)
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> object_store::Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

async fn a_store_that_is_full_fails_the_generation_and_the_server_lives(engine: Engine) {
    let storage = Storage::over(Arc::new(Full(InMemory::new())));
    let mut test = TestApp::with(
        engine,
        Setup {
            storage: Some(storage),
            ..Setup::default()
        },
    )
    .await;
    test.work();
    let person = test.person().await;
    for _ in 0..2 {
        let card = test.create(person, "a boat", 1).await.remove(0);
        let card = test.ended(person, card.id).await;
        assert_eq!(
            (card.state, card.reason),
            (State::Failed, Some(Reason::StorageFailed))
        );
        assert_eq!(card.charge, Charge::NotCharged);
    }
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

async fn a_clock_that_goes_backwards_loses_nothing(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let mut test = TestApp::with(
        engine,
        Setup {
            clock: clock.clone(),
            ..Setup::default()
        },
    )
    .await;
    let person = test.person().await;
    let before = test.create(person, "before", 1).await.remove(0);
    clock.advance(-6 * 3_600_000);
    let after = test.create(person, "after", 1).await.remove(0);
    test.work();
    for id in [before.id, after.id] {
        assert_eq!(test.ended(person, id).await.state, State::Succeeded);
    }
    let library = test
        .app
        .generations
        .library(person, &aisora::model::generation::LibraryQuery::default())
        .await
        .unwrap();
    assert_eq!(
        library.cards[0].id, after.id,
        "what was made later stands first all the same"
    );
    test.audit().await;
}
