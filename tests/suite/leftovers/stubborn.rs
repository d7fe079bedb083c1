//! A store that does not do what it is asked: it cannot remove anything, or does not answer who reads.

use super::with;
use crate::support::{Engine, Play, Setup, TestApp};
use aisora::model::{
    generation::{Extending, State},
    ids::{GenerationId, UserId},
};
use aisora::server::{providers::Offer, storage::Storage};
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
    files_that_cannot_be_removed_are_removed_later,
    a_store_that_hangs_holds_no_extension_up_for_ever,
    what_was_never_handed_over_is_handed_over_after_a_restart,
);

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

/// Somebody extends a video, and the store does not answer who fetches it for that.
struct Fetching {
    test: TestApp,
    play: Play,
    person: UserId,
    /// The extension.
    longer: GenerationId,
    /// Below zero once the store was asked again.
    hangs: Arc<AtomicI32>,
}

impl Fetching {
    async fn begin(engine: Engine, set: impl Fn(&mut Offer)) -> Self {
        let hangs = Arc::new(AtomicI32::new(0));
        let store = Stubborn {
            store: InMemory::new(),
            refuses: Arc::default(),
            hangs: hangs.clone(),
        };
        let play = Play::default().offering(|offer| {
            offer.model.extends_to = 60;
            set(offer);
        });
        let setup = Setup {
            storage: Some(Storage::over(Arc::new(store))),
            ..with(&play)
        };
        let mut test = TestApp::with(engine, setup).await;
        test.work();
        let person = test.person().await;
        let id = test.create(person, "a boat", 1).await.remove(0).id;
        test.ended(person, id).await;
        let page = test.app.generations.page(person, id).await.unwrap();
        let Extending::By(additions) = page.extending else {
            panic!("it can be extended")
        };
        hangs.store(1, Ordering::SeqCst);
        let token = &additions[0].quote.token;
        let longer = test.app.generations.extend(person, id, "on", token).await;
        Self {
            longer: longer.unwrap().id,
            test,
            play,
            person,
            hangs,
        }
    }

    async fn state(&self) -> State {
        let page = self.test.app.generations.page(self.person, self.longer).await;
        page.unwrap().card.state
    }

    /// It is made in the end, and everything is in order.
    async fn succeeds(mut self) {
        let longer = self.test.ended(self.person, self.longer).await;
        assert_eq!(longer.state, State::Succeeded, "{:?}", longer.reason);
        assert!(self.hangs.load(Ordering::SeqCst) < 0, "it was read again");
        let orders = self.play.orders.lock().unwrap().len();
        assert_eq!(orders, 2, "each was ordered once");
        self.test.stop_work().await;
        self.test.audit().await;
    }
}

async fn a_store_that_hangs_holds_no_extension_up_for_ever(engine: Engine) {
    Fetching::begin(engine, |_| {}).await.succeeds().await;
}

async fn what_was_never_handed_over_is_handed_over_after_a_restart(engine: Engine) {
    let long = |offer: &mut Offer| offer.deadline = Duration::from_mins(10);
    let mut fetching = Fetching::begin(engine, long).await;
    fetching
        .test
        .until("the original is being fetched", async || {
            fetching.hangs.load(Ordering::SeqCst) == 0
        })
        .await;
    assert_eq!(fetching.state().await, State::Submitting);
    // A deployment in this moment.
    fetching.test.stop_work().await;
    assert_eq!(fetching.state().await, State::Queued, "nothing was sent");
    assert_eq!(fetching.test.balance(fetching.person).await, (180, 10));
    fetching.test.work();
    fetching.succeeds().await;
}
