//! The way out: one mail server.

use crate::server::{
    config::MailConfig,
    error::{Failure, Result},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{Error, extension::ClientId},
};
use reqwest::Url;
use std::time::Duration;

/// How long the mail server may take for one step, and for all of them.
const STEP: Duration = Duration::from_secs(15);
const WHOLE: Duration = Duration::from_mins(1);

/// What became of a try. Nothing of it has an address in it: mail servers repeat them in their answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// The mail server has it.
    Taken,
    /// It refused it for good, with this code.
    Refused(u16),
    /// Later it may go, for this reason: the code of a refusal, or what was in the way.
    NotNow(String),
}

/// Hands letters to the mail server.
#[derive(Clone)]
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Who letters come from.
    pub from: Mailbox,
}

impl Post {
    /// To the mail server of the configuration, saying there what `public_url` says: many refuse who gives no name of their
    /// own. A path in `mail.url` is a name as well. Nothing is sent yet.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(config: &MailConfig, public_url: &str) -> Result<Self> {
        let url = config.url.reveal();
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| Failure::broken("`mail.url` cannot be used"))?;
        let is_named = Url::parse(url).is_ok_and(|url| url.path().len() > 1);
        let own = Url::parse(public_url).ok();
        if let (false, Some(name)) = (is_named, own.as_ref().and_then(Url::domain)) {
            builder = builder.hello_name(ClientId::Domain(name.to_owned()));
        }
        Ok(Self {
            transport: builder.timeout(Some(STEP)).build(),
            from: config.from.clone(),
        })
    }

    /// One try.
    pub async fn send(&self, message: Message) -> Posted {
        match tokio::time::timeout(WHOLE, self.transport.send(message)).await {
            Ok(Ok(_)) => Posted::Taken,
            Ok(Err(error)) => posted(&error),
            Err(_) => Posted::NotNow("it took too long".into()),
        }
    }
}

fn posted(error: &Error) -> Posted {
    match error.status().map(u16::from) {
        // Who we are was refused, not the letter: it goes when the operator has put that right.
        Some(code @ 530..=538) => Posted::NotNow(code.to_string()),
        Some(code) if error.is_permanent() => Posted::Refused(code),
        Some(code) => Posted::NotNow(code.to_string()),
        None if error.is_response() => Posted::NotNow("its answer was not understood".into()),
        // Of the connection, the certificate, or what the server cannot do: nothing that it said.
        None => Posted::NotNow(error.to_string()),
    }
}
