//! What would be insecure is refused at the start.

use super::{Config, ConfigError, Mode};
use std::net::IpAddr;

impl Config {
    /// Refuses what would be insecure.
    pub(super) fn check(self) -> Result<Self, ConfigError> {
        let parts = self.public_url.split_once("://");
        let Some((scheme, host)) = parts.and_then(|(scheme, rest)| Some((scheme, host(rest)?))) else {
            return Err(ConfigError(
                "`public_url` must be an address like https://videos.example.org, without a path.".into(),
            ));
        };
        if !matches!(scheme, "http" | "https") {
            return Err(ConfigError(
                "`public_url` must begin with http:// or https://.".into(),
            ));
        }
        match self.mode {
            Mode::Development => self.check_development(host)?,
            Mode::Production => self.check_production(scheme)?,
        }
        Ok(self)
    }

    /// Development gives credits away and needs no TLS: nobody else may get to it.
    fn check_development(&self, host: &str) -> Result<(), ConfigError> {
        if !is_loopback(self.bind.ip()) {
            return Err(ConfigError(format!(
                "Development mode is for this machine only, but `bind` is {}. Listen on 127.0.0.1, or set \
                 `mode = \"production\"` (AISORA_MODE) and an https `public_url` (AISORA_PUBLIC_URL).",
                self.bind
            )));
        }
        if !names_this_machine(host) {
            return Err(ConfigError(format!(
                "Development mode is for this machine only, but `public_url` is {}. Leave it out, or set \
                 `mode = \"production\"` (AISORA_MODE) and an https `public_url` (AISORA_PUBLIC_URL).",
                self.public_url
            )));
        }
        Ok(())
    }

    fn check_production(&self, scheme: &str) -> Result<(), ConfigError> {
        if scheme != "https" {
            return Err(ConfigError(
                "Production mode needs an https address: set `public_url` (AISORA_PUBLIC_URL) to the address that people \
                 type, like https://videos.example.org. A proxy in front may end TLS."
                    .into(),
            ));
        }
        if self.s3.endpoint.starts_with("http://") {
            return Err(ConfigError(
                "Production mode does not send videos over plain http: give `s3.endpoint` an https address."
                    .into(),
            ));
        }
        Ok(())
    }
}

/// The host in `host` or `host:port`; nothing when there is more, or less.
fn host(authority: &str) -> Option<&str> {
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(end);
    let has_port = |port: &str| port.parse::<u16>().is_ok();
    let ends = port.is_empty() || port.strip_prefix(':').is_some_and(has_port);
    let is_plain = !host.is_empty() && !host.contains(['@', '/', '?', '#', '\\', ' ']);
    (ends && is_plain).then_some(host)
}

/// Whether an address is of this machine.
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether a host is this machine for sure: `localhost.example.org` is not.
pub fn names_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use crate::model::credits::Credits;

    #[test]
    fn production_refuses_to_start_insecure() {
        assert!(
            load("mode = \"production\"", &[])
                .unwrap_err()
                .to_string()
                .contains("https")
        );
        let good = load(
            "mode = \"production\"\npublic_url = \"https://v.example.org/\"",
            &[],
        )
        .unwrap();
        assert_eq!(
            (good.public_url.as_str(), good.welcome_credits),
            ("https://v.example.org", Credits(0))
        );
        assert!(
            load(
                "bind = \"0.0.0.0:80\"\npublic_url = \"http://v.example.org\"",
                &[]
            )
            .is_err()
        );
    }

    #[test]
    fn development_is_for_this_machine_only() {
        for here in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(load(&format!("bind = \"{here}\""), &[]).is_ok(), "{here}");
        }
        for elsewhere in ["0.0.0.0:1", "[::]:1", "192.168.0.2:1"] {
            let error = load(&format!("bind = \"{elsewhere}\""), &[])
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(elsewhere) && error.contains("production"),
                "{error}"
            );
        }
        for here in [
            "http://localhost:3000",
            "https://LOCALHOST",
            "http://127.0.0.1:3000/",
            "http://[::1]:3000",
        ] {
            assert!(load(&format!("public_url = \"{here}\""), &[]).is_ok(), "{here}");
        }
        for elsewhere in [
            "http://localhost.evil.example",
            "https://videos.example.org",
            "http://127.0.0.1.evil.example",
            "http://[::1].evil.example",
            "http://localhost:1@evil.example",
            "http://localhost@evil.example",
            "http://localhost:3000/path",
            "ftp://localhost",
        ] {
            assert!(
                load(&format!("public_url = \"{elsewhere}\""), &[]).is_err(),
                "{elsewhere}"
            );
        }
    }
}
