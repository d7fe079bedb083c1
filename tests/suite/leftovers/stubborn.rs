//! A store that does not do what it is asked: it cannot remove anything, or does not answer who reads.

use super::with;
use crate::support::{Engine, Play, Setup, StoreFaults, TestApp};
use aisora::model::{
    generation::{Extending, State},
    ids::{GenerationId, UserId},
};

crate::on_both_engines!(
    files_that_cannot_be_removed_are_removed_later,
    a_store_that_hangs_holds_no_extension_up_for_ever,
    what_was_never_handed_over_is_handed_over_after_a_restart,
);

async fn files_that_cannot_be_removed_are_removed_later(engine: Engine) {
    let faults = StoreFaults::default();
    faults.refuse_removals(2);
    let setup = Setup {
        storage: Some(faults.storage()),
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
    assert!(faults.removed_again(), "it was refused before");
    test.audit().await;
}

/// Somebody extends a video, and the store does not answer who fetches it for that.
struct Fetching {
    test: TestApp,
    play: Play,
    person: UserId,
    /// The extension.
    longer: GenerationId,
    faults: StoreFaults,
}

impl Fetching {
    async fn begin(engine: Engine, play: Play) -> Self {
        let faults = StoreFaults::default();
        let play = play.offering(|offer| offer.model.extends_to = 60);
        let setup = Setup {
            storage: Some(faults.storage()),
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
        faults.hang_reads(1);
        let token = &additions[0].quote.token;
        let longer = test.app.generations.extend(person, id, "on", token).await;
        Self {
            longer: longer.unwrap().id,
            test,
            play,
            person,
            faults,
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
        assert!(self.faults.reads_left() < 0, "it was read again");
        let orders = self.play.orders.lock().unwrap().len();
        assert_eq!(orders, 2, "each was ordered once");
        self.test.stop_work().await;
        self.test.audit().await;
    }
}

async fn a_store_that_hangs_holds_no_extension_up_for_ever(engine: Engine) {
    let fetching = Fetching::begin(engine, Play::default().hasty()).await;
    fetching.succeeds().await;
}

async fn what_was_never_handed_over_is_handed_over_after_a_restart(engine: Engine) {
    let mut fetching = Fetching::begin(engine, Play::default()).await;
    fetching
        .test
        .until("the original is being fetched", async || {
            fetching.faults.reads_left() == 0
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
