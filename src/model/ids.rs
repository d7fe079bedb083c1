//! Identifiers: UUID version 7 in newtypes, so that one kind is never taken for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A person with an account.
    UserId
);
id!(
    /// One generation: one take of one prompt, and the video it became.
    GenerationId
);
id!(
    /// A frozen price. All takes that were created under it share it.
    QuoteId
);
id!(
    /// One line of the ledger. The id of a hold's posting is the id of the hold.
    PostingId
);
id!(
    /// A reference picture that a person gave.
    PictureId
);
id!(
    /// A piece of a prompt that a person keeps.
    PresetId
);
id!(
    /// A collection of videos.
    CollectionId
);
id!(
    /// A key that a program works with.
    KeyId
);
id!(
    /// Where events of a person's videos go.
    EndpointId
);
id!(
    /// One event on its way to one endpoint: what programs see as the event's id.
    DeliveryId
);
