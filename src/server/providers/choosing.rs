//! Who makes it. One model may be offered by several providers: they are asked in the order of the configuration, those
//! that are paused last; and one that refuses before it took the work hands it on to the next.

use super::{Extends, Offer, VideoProvider, health::Health};
use crate::{
    model::{
        catalogue::{Catalogue, Model, Retired, Size},
        credits::Credits,
    },
    server::clock::Clock,
};
use std::{collections::BTreeMap, sync::Arc};

/// Successors of successors are followed so far.
const MOST_SUCCESSORS: usize = 8;

/// What is to be made, as far as it decides who can.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The model's id.
    pub model: &'a str,
    /// Pixels.
    pub size: Size,
    /// Seconds.
    pub seconds: u32,
    /// Whether it starts from a picture.
    pub picture: bool,
    /// What was agreed on for one take: nobody dearer is asked.
    pub most: Credits,
    /// The video that it goes on from; then `seconds` are those that are added.
    pub onward: Option<Onward<'a>>,
}

/// A video that is to be extended, as far as it decides who can.
#[derive(Clone, Copy, Debug)]
pub struct Onward<'a> {
    /// Its length in seconds.
    pub seconds: u32,
    /// The provider that made it and still has it; empty where nobody has.
    pub made_by: &'a str,
}

/// Why nobody extends a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoExtender {
    /// Its model is not offered (any more).
    Model,
    /// Its model extends no videos.
    Extending,
    /// Its size is not made (any more).
    Size,
    /// It was made elsewhere or is not there any more, and whoever extends needs its own.
    Elsewhere,
    /// It is as long as it gets, at most so many seconds.
    Length(u32),
}

/// Who is asked after somebody who did not take the work.
pub struct Next {
    /// The provider's name.
    pub provider: String,
    /// Everybody who could make it was asked, and it begins anew.
    pub again: bool,
    /// How many there are that could make it and did not refuse.
    pub of: i64,
}

/// The providers of this server, by name.
#[derive(Clone, Default)]
pub struct Providers {
    by_name: BTreeMap<String, Arc<dyn VideoProvider>>,
    order: Vec<String>,
    clock: Clock,
}

impl Providers {
    /// Providers in the order in which their models are listed.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn VideoProvider>>, clock: Clock) -> Self {
        let order = providers
            .iter()
            .map(|provider| provider.name().to_owned())
            .collect();
        Self {
            by_name: providers
                .into_iter()
                .map(|provider| (provider.name().to_owned(), provider))
                .collect(),
            order,
            clock,
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn VideoProvider>> {
        self.order.iter().filter_map(|name| self.by_name.get(name))
    }

    /// One by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn VideoProvider>> {
        self.by_name.get(name)
    }

    /// Who makes a model now, and how; whoever is paused only when nobody else does.
    #[must_use]
    pub fn offer(&self, model: &str) -> Option<(&Arc<dyn VideoProvider>, Offer)> {
        self.on_offer()
            .into_iter()
            .find(|(_, offer)| offer.model.id == model)
    }

    /// Who would make this.
    #[must_use]
    pub fn choose(&self, wanted: &Wanted<'_>) -> Option<(&Arc<dyn VideoProvider>, Offer)> {
        self.on_offer()
            .into_iter()
            .find(|(provider, offer)| wanted.is_made_as(provider.name(), offer))
    }

    /// Who would extend a video of a model, by at least something.
    ///
    /// # Errors
    /// Why nobody would.
    pub fn extender(
        &self,
        model: &str,
        size: Size,
        onward: Onward<'_>,
    ) -> Result<(&Arc<dyn VideoProvider>, Offer), NoExtender> {
        let mut offers = self.on_offer();
        offers.retain(|(_, offer)| offer.model.id == model);
        let mut left = |no: NoExtender, keep: &dyn Fn(&str, &Offer) -> bool| {
            offers.retain(|(provider, offer)| keep(provider.name(), offer));
            if offers.is_empty() { Err(no) } else { Ok(()) }
        };
        left(NoExtender::Model, &|_, _| true)?;
        left(NoExtender::Extending, &|_, offer| offer.model.extends_to > 0)?;
        left(NoExtender::Size, &|_, offer| offer.model.offer(size).is_some())?;
        left(NoExtender::Elsewhere, &|name, offer| {
            offer.extends == Extends::File || name == onward.made_by
        })?;
        let most = offers.iter().map(|(_, offer)| offer.model.extends_to).max();
        let has_room = |offer: &Offer| offer.model.additions(onward.seconds).next().is_some();
        let found = offers.into_iter().find(|(_, offer)| has_room(offer));
        found.ok_or(NoExtender::Length(most.unwrap_or(0)))
    }

    /// Who is asked after `current`, who did not take the work; nobody twice who refused it.
    #[must_use]
    pub fn after(&self, wanted: &Wanted<'_>, current: &str, refused_by: &str) -> Option<Next> {
        let refused = |name: &str| refused_by.split(',').any(|refused| refused == name);
        // In the order of the configuration: who is paused now may be well when it is their turn.
        let able: Vec<_> = self
            .iter()
            .filter(|provider| {
                let makes_it = |offer: &Offer| self.is_on(offer) && wanted.is_made_as(provider.name(), offer);
                !refused(provider.name()) && provider.offers().iter().any(makes_it)
            })
            .map(|provider| provider.name())
            .collect();
        let place = |name: &str| self.order.iter().position(|one| one == name);
        let here = place(current);
        let later = able.iter().find(|name| place(name) > here);
        let next = later.or(able.first())?;
        Some(Next {
            provider: (*next).to_owned(),
            again: later.is_none(),
            of: i64::try_from(able.len()).unwrap_or(i64::MAX),
        })
    }

    /// Until when everybody who offers a model is paused, in unix milliseconds; nothing while somebody works.
    #[must_use]
    pub fn paused_until(&self, model: &str) -> Option<i64> {
        let offers = self.on_offer();
        let of_model = offers.iter().filter(|(_, offer)| offer.model.id == model);
        let pauses: Option<Vec<i64>> = of_model.map(|(provider, _)| paused_until(provider)).collect();
        pauses?.into_iter().min()
    }

    /// What people can choose from now, and what they could choose before.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        let (on, off): (Vec<_>, Vec<_>) = self.everything().partition(|(_, offer)| self.is_on(offer));
        let mut models: Vec<Model> = Vec::new();
        // In the order of the configuration, each as it is made by who makes it now: by a paused one only where nobody
        // else does.
        for first in &on {
            let id = &first.1.model.id;
            if models.iter().any(|model| model.id == *id) {
                continue;
            }
            let works = |(provider, offer): &&(&Arc<dyn VideoProvider>, Offer)| {
                offer.model.id == *id && paused_until(provider).is_none()
            };
            let (provider, offer) = on.iter().find(works).unwrap_or(first);
            models.push(Model {
                doing: provider.health().and_then(Health::doing),
                ..offer.model.clone()
            });
        }
        let retired = retired(&models, off.into_iter().map(|(_, offer)| offer));
        Catalogue { models, retired }
    }

    /// Whether a model is offered, or was once.
    #[must_use]
    pub fn knows(&self, model: &str) -> bool {
        self.iter()
            .any(|provider| provider.offers().iter().any(|offer| offer.model.id == model))
    }

    fn is_on(&self, offer: &Offer) -> bool {
        offer.is_on(self.clock.now())
    }

    fn everything(&self) -> impl Iterator<Item = (&Arc<dyn VideoProvider>, Offer)> {
        self.iter().flat_map(|provider| {
            let offers: Vec<_> = provider.offers().to_vec();
            offers.into_iter().map(move |offer| (provider, offer))
        })
    }

    /// What is on offer now, from those that work first.
    fn on_offer(&self) -> Vec<(&Arc<dyn VideoProvider>, Offer)> {
        let mut offers: Vec<_> = self.everything().filter(|(_, offer)| self.is_on(offer)).collect();
        offers.sort_by_key(|(provider, _)| paused_until(provider).is_some());
        offers
    }
}

impl Wanted<'_> {
    /// Whether an offer is for just this, at no higher price.
    fn is_made_as(&self, provider: &str, offer: &Offer) -> bool {
        let model = &offer.model;
        model.id == self.model
            && model
                .price(self.size, self.seconds)
                .is_some_and(|price| price <= self.most)
            && (model.input_reference || !self.picture)
            && self.onward.is_none_or(|onward| {
                let reaches = model
                    .additions(onward.seconds)
                    .any(|seconds| seconds == self.seconds);
                reaches && (offer.extends == Extends::File || provider == onward.made_by)
            })
    }
}

/// Models that were offered until some day, each with what to use instead.
fn retired(models: &[Model], off: impl Iterator<Item = Offer>) -> Vec<Retired> {
    let on = |id: &str| models.iter().any(|model| model.id == id);
    let gone: Vec<Offer> = off.filter(|offer| !on(&offer.model.id)).collect();
    let mut retired: Vec<Retired> = Vec::new();
    for offer in &gone {
        if retired.iter().any(|known| known.model.id == offer.model.id) {
            continue;
        }
        let mut successor = offer.successor.clone();
        for _ in 0..MOST_SUCCESSORS {
            let Some(id) = successor.as_deref().filter(|id| !on(id)) else {
                break;
            };
            let later = gone.iter().find(|later| later.model.id == id);
            successor = later.and_then(|later| later.successor.clone());
        }
        retired.push(Retired {
            model: offer.model.clone(),
            successor: successor.filter(|id| on(id)),
        });
    }
    retired
}

/// Until when a provider is paused, in unix milliseconds.
pub fn paused_until(provider: &Arc<dyn VideoProvider>) -> Option<i64> {
    provider.health().and_then(Health::paused_until)
}
