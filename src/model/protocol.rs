//! The words of the Videos protocol, as programs read them in answers and in events: ids, statuses, error codes.

use super::generation::{Reason, State};
use uuid::Uuid;

/// What the ids of videos begin with.
pub const VIDEO: &str = "video_";
/// What the ids of webhook endpoints begin with.
pub const ENDPOINT: &str = "we_";
/// What the ids of events begin with.
pub const EVENT: &str = "evt_";

/// An id as programs see it: what it begins with, and 32 hexadecimal digits.
#[must_use]
pub fn write_id(mark: &str, id: Uuid) -> String {
    format!("{mark}{}", id.simple())
}

/// The id behind such a text.
#[must_use]
pub fn read_id(mark: &str, text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix(mark)?;
    let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (digits.len() == 32 && digits.bytes().all(plain))
        .then(|| digits.parse().ok())
        .flatten()
}

/// The protocol's status of a state.
#[must_use]
pub const fn status(state: State) -> &'static str {
    match state {
        State::Queued => "queued",
        State::Submitting | State::Running | State::Storing => "in_progress",
        State::Succeeded => "completed",
        State::Failed | State::Blocked | State::Cancelled => "failed",
    }
}

/// The protocol's code of a reason.
#[must_use]
pub const fn error_code(reason: Reason) -> &'static str {
    match reason {
        Reason::ProviderBlocked => "moderation_blocked",
        Reason::CancelledByUser => "cancelled",
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_what_it_writes_and_nothing_else() {
        let own = Uuid::from_u128(0x0123_4567_89ab_7def_8123_4567_89ab_cdef);
        let text = write_id(VIDEO, own);
        assert_eq!(text, "video_0123456789ab7def8123456789abcdef");
        assert_eq!(read_id(VIDEO, &text), Some(own));
        let plain = own.to_string();
        for wrong in [
            "",
            "video_",
            &plain,
            &format!("{VIDEO}{plain}"),
            &text.to_uppercase(),
            &text[..37],
            &format!("{text}0"),
            &write_id(EVENT, own),
        ] {
            assert_eq!(read_id(VIDEO, wrong), None, "{wrong}");
        }
    }
}
