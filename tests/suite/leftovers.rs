//! What is left behind: by claims that were lost, by work that nobody wants any more, by stores and clocks that fail.
//! Everything ends, and nothing stays that belongs to nobody.

mod chores;
mod slow_commits;

use crate::support::{Engine, MODEL, Play, Setup, TestApp};
use aisora::model::generation::{Charge, Extending, Reason, State};
use aisora::server::{clock::Clock, storage::Storage};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, memory::InMemory, path::Path,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

crate::on_both_engines!(
    work_that_is_cancelled_elsewhere_is_stopped_at_its_provider,
    files_that_cannot_be_removed_are_removed_later,
    a_store_that_hangs_holds_no_extension_up_for_ever,
    what_is_done_at_a_provider_is_fetched_however_long_nobody_asked,
    an_order_that_is_being_handed_over_is_heard_out_before_the_worker_stops,
    what_was_never_handed_over_is_handed_over_after_a_restart,
    an_order_that_was_taken_is_written_down_at_the_second_try,
    an_order_that_cannot_be_written_down_is_cancelled,
    jobs_of_a_provider_that_is_gone_end_without_a_charge,
    a_clock_that_goes_back_half_an_hour_holds_nothing_up,
    a_job_that_kills_its_workers_is_given_up_in_time,
    a_stream_that_missed_something_reads_the_table,
);

fn with(play: &Play) -> Setup {
    Setup {
        play: Some(play.clone()),
        ..Setup::default()
    }
}

async fn work_that_is_cancelled_elsewhere_is_stopped_at_its_provider(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "slow", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Running).await;
    // Another process, as `serve --no-worker` beside `worker`.
    let web = test.sister(Setup::default()).await;
    web.generations.cancel(person, card.id).await.unwrap();
    test.until("the provider is told", async || {
        *play.cancelled.lock().unwrap() == [card.id.to_string()]
    })
    .await;
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

/// A store that cannot remove anything a few times, and sometimes does not answer who reads.
#[derive(Debug)]
struct Stubborn {
    store: InMemory,
    refuses: Arc<AtomicI32>,
    hangs: Arc<AtomicI32>,
}

impl fmt::Display for Stubborn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stubborn")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Stubborn {
    async fn put_opts(
        &self,
        path: &Path,
        bytes: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        self.store.put_opts(path, bytes, options).await
    }
    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(path, options).await
    }
    async fn get_opts(&self, path: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        if self.hangs.fetch_sub(1, Ordering::SeqCst) > 0 {
            std::future::pending::<()>().await;
        }
        self.store.get_opts(path, options).await
    }
    fn delete_stream(
        &self,
        paths: futures::stream::BoxStream<'static, object_store::Result<Path>>,
    ) -> futures::stream::BoxStream<'static, object_store::Result<Path>> {
        if self.refuses.fetch_sub(1, Ordering::SeqCst) > 0 {
            let error = object_store::Error::Generic {
                store: "stubborn",
                source: "not now".into(),
            };
            return Box::pin(futures::stream::once(async { Err(error) }));
        }
        self.store.delete_stream(paths)
    }
    fn list(
        &self,
        prefix: Option<&Path>,
    ) -> futures::stream::BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.store.list(prefix)
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> object_store::Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

async fn files_that_cannot_be_removed_are_removed_later(engine: Engine) {
    let refuses = Arc::new(AtomicI32::new(2));
    let store = Stubborn {
        store: InMemory::new(),
        refuses: refuses.clone(),
        hangs: Arc::default(),
    };
    let setup = Setup {
        storage: Some(Storage::over(Arc::new(store))),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    test.ended(person, card.id).await;
    let row = test.app.generations.media(person, card.id).await.unwrap();
    let key = format!("{}/video.mp4", row.media_prefix.unwrap());
    test.app.generations.delete(person, card.id).await.unwrap();
    assert!(
        test.app.generations.media(person, card.id).await.is_err(),
        "gone for its person at once"
    );
    test.until("the files are removed all the same", async || {
        test.app.storage.length(&key).await.is_err()
    })
    .await;
    assert!(refuses.load(Ordering::SeqCst) < 0, "it was refused before");
    test.audit().await;
}

async fn a_store_that_hangs_holds_no_extension_up_for_ever(engine: Engine) {
    let hangs = Arc::new(AtomicI32::new(0));
    let store = Stubborn {
        store: InMemory::new(),
        refuses: Arc::default(),
        hangs: hangs.clone(),
    };
    let play = Play::default().offering(|offer| offer.model.extends_to = 60);
    let setup = Setup {
        storage: Some(Storage::over(Arc::new(store))),
        ..with(&play)
    };
    let mut test = TestApp::with(engine, setup).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    test.ended(person, card.id).await;
    let page = test.app.generations.page(person, card.id).await.unwrap();
    let Extending::By(additions) = page.extending else {
        panic!("it can be extended")
    };
    hangs.store(1, Ordering::SeqCst);
    let longer = test
        .app
        .generations
        .extend(person, card.id, "on", &additions[0].quote.token)
        .await
        .unwrap();
    let longer = test.ended(person, longer.id).await;
    assert_eq!(longer.state, State::Succeeded, "{:?}", longer.reason);
    assert!(hangs.load(Ordering::SeqCst) < 0, "it was read again");
    test.stop_work().await;
    test.audit().await;
}

async fn what_was_never_handed_over_is_handed_over_after_a_restart(engine: Engine) {
    let hangs = Arc::new(AtomicI32::new(0));
    let store = Stubborn {
        store: InMemory::new(),
        refuses: Arc::default(),
        hangs: hangs.clone(),
    };
    let play = Play::default().offering(|offer| {
        offer.model.extends_to = 60;
        offer.deadline = Duration::from_mins(10);
    });
    let setup = Setup {
        storage: Some(Storage::over(Arc::new(store))),
        ..with(&play)
    };
    let mut test = TestApp::with(engine, setup).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    test.ended(person, card.id).await;
    let page = test.app.generations.page(person, card.id).await.unwrap();
    let Extending::By(additions) = page.extending else {
        panic!("it can be extended")
    };
    hangs.store(1, Ordering::SeqCst);
    let token = &additions[0].quote.token;
    let longer = test.app.generations.extend(person, card.id, "on", token).await;
    let longer = longer.unwrap().id;
    test.until("the original is being fetched", async || {
        hangs.load(Ordering::SeqCst) == 0
    })
    .await;
    let state = test
        .app
        .generations
        .page(person, longer)
        .await
        .unwrap()
        .card
        .state;
    assert_eq!(state, State::Submitting);
    // A deployment in this moment.
    test.stop_work().await;
    let state = test
        .app
        .generations
        .page(person, longer)
        .await
        .unwrap()
        .card
        .state;
    assert_eq!(state, State::Queued, "nothing was sent");
    assert_eq!(test.balance(person).await, (180, 10));
    test.work();
    let longer = test.ended(person, longer).await;
    assert_eq!(longer.state, State::Succeeded, "{:?}", longer.reason);
    assert_eq!(play.orders.lock().unwrap().len(), 2, "each was ordered once");
    test.stop_work().await;
    test.audit().await;
}

/// Has the database refuse to write down that a provider took an order, when the condition holds.
async fn refuse_to_write_down(test: &TestApp, sqlite: &'static str, postgres: &'static str) {
    if test.app.db.engine() == "sqlite" {
        return test.raw(sqlite).await;
    }
    test.raw(
        "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$ LANGUAGE plpgsql",
    )
    .await;
    test.raw(postgres).await;
}

async fn an_order_that_was_taken_is_written_down_at_the_second_try(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    // Its claim was a moment ago, so that the first try fails; the lease lasts two seconds.
    refuse_to_write_down(
        &test,
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations WHEN NEW.state = 'running'
           AND unixepoch('subsec') * 1000 < NEW.started_at + 700 BEGIN SELECT RAISE(ABORT, 'not now'); END",
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations FOR EACH ROW WHEN (NEW.state = 'running'
           AND extract(epoch FROM clock_timestamp()) * 1000 < NEW.started_at + 700) EXECUTE FUNCTION refuse()",
    )
    .await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(play.orders.lock().unwrap().len(), 1, "ordered once");
    assert!(play.cancelled.lock().unwrap().is_empty());
    test.audit().await;
}

async fn an_order_that_cannot_be_written_down_is_cancelled(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    refuse_to_write_down(
        &test,
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations WHEN NEW.state = 'running'
           BEGIN SELECT RAISE(ABORT, 'not now'); END",
        "CREATE TRIGGER refuse BEFORE UPDATE ON generations FOR EACH ROW WHEN (NEW.state = 'running')
           EXECUTE FUNCTION refuse()",
    )
    .await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "never", 1).await.remove(0);
    let card = test.ended(person, card.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::Interrupted), Charge::NotCharged)
    );
    assert_eq!(*play.cancelled.lock().unwrap(), [card.id.to_string()]);
    assert_eq!(play.orders.lock().unwrap().len(), 1, "ordered once");
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

#[tokio::test]
async fn a_claim_that_wakes_up_late_removes_nothing_of_a_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let local = {
        let find = |name: &str| {
            (name == "AISORA_DATA_DIR").then(|| folder.path().join("data").display().to_string())
        };
        Storage::open(&aisora::server::config::Config::load(None, &find, None).unwrap()).unwrap()
    };
    for storage in [local, Storage::over(Arc::new(InMemory::new()))] {
        for fence in [1, 2, 10] {
            let name = format!("generations/x/{fence}/video.mp4");
            storage.put(&name, b"video".to_vec()).await.unwrap();
        }
        storage.remove_before("generations/x", 10).await.unwrap();
        let mut left = Vec::new();
        for fence in [1, 2, 10] {
            let name = format!("generations/x/{fence}/video.mp4");
            left.push(storage.length(&name).await.is_ok());
        }
        assert_eq!(left, [false, false, true]);
        storage.remove_before("generations/none", 10).await.unwrap();
        storage.remove("generations/x").await.unwrap();
        assert!(storage.length("generations/x/10/video.mp4").await.is_err());
    }
}

async fn what_is_done_at_a_provider_is_fetched_however_long_nobody_asked(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let play = Play::default();
    let setup = || Setup {
        clock: clock.clone(),
        ..with(&play)
    };
    let mut test = TestApp::with(engine, setup()).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "slow", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Running).await;
    test.stop_work().await;
    // A day without a worker: the model's deadline is three seconds, and the provider was done long ago.
    clock.advance(86_400_000);
    play.hurry(&card.id.to_string());
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    test.audit().await;
}

async fn an_order_that_is_being_handed_over_is_heard_out_before_the_worker_stops(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, with(&play)).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "slow at the door", 1).await.remove(0);
    test.until("the order stands at the door", async || {
        *play.begun.lock().unwrap() == [card.id.to_string()]
    })
    .await;
    test.stop_work().await;
    assert_eq!(play.orders.lock().unwrap().len(), 1);
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(play.orders.lock().unwrap().len(), 1, "ordered once");
    test.audit().await;
}

async fn jobs_of_a_provider_that_is_gone_end_without_a_charge(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = || Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup()).await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    assert_eq!(test.balance(person).await, (190, 10));
    // The operator took it out of the configuration; other processes may still know it for ten minutes.
    clock.advance(700_000);
    test.app = test
        .sister(Setup {
            without_play: true,
            ..setup()
        })
        .await;
    test.work();
    let card = test.ended(person, card.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::ModelGone), Charge::NotCharged)
    );
    let offered = test.app.worker.providers.catalogue().models;
    assert!(offered.iter().all(|model| model.id != MODEL));
    test.audit().await;
}

async fn a_clock_that_goes_back_half_an_hour_holds_nothing_up(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    clock.advance(-1_800_000);
    test.work();
    assert_eq!(test.ended(person, card.id).await.state, State::Succeeded);
    test.audit().await;
}

async fn a_job_that_kills_its_workers_is_given_up_in_time(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    let fresh = test.create(person, "a boat", 1).await.remove(0);
    test.raw("UPDATE jobs SET attempts = 40").await;
    let old = test.create(person, "another boat", 1).await.remove(0);
    test.raw("UPDATE jobs SET attempts = 40").await;
    // Work on the second began long ago: longer than its model's deadline.
    test.raw("UPDATE generations SET started_at = 1 WHERE prompt = 'another boat'")
        .await;
    test.work();
    assert_eq!(
        test.ended(person, fresh.id).await.state,
        State::Succeeded,
        "a server that was killed often is not the job's fault"
    );
    let old = test.ended(person, old.id).await;
    assert_eq!(
        (old.state, old.reason, old.charge),
        (State::Failed, Some(Reason::Internal), Charge::NotCharged)
    );
    test.audit().await;
}

async fn a_stream_that_missed_something_reads_the_table(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let mut stream = aisora::server::live::Stream::new(&test.app.hub, test.app.db.clone(), person, 0);
    let unheard = tokio::time::timeout(Duration::from_millis(200), stream.next());
    assert!(unheard.await.is_err(), "nothing has happened");
    // Another process, whose note is lost: no relay runs here.
    let other = test.sister(Setup::default()).await;
    let form = test.form(person, "a boat", 1).await;
    other.generations.create(person, &form).await.unwrap();
    let unheard = tokio::time::timeout(Duration::from_millis(200), stream.next());
    assert!(unheard.await.is_err(), "it cannot know yet");
    test.app.hub.refresh();
    let event = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
    assert_eq!(event.expect("in time").unwrap().state, State::Queued);
}
