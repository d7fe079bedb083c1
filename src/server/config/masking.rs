//! What of a value may be shown: `aisora config` is pasted into tickets.

/// In place of what is not shown.
const HIDDEN: &str = "********";
/// Parts of an address's query that help to recognise it and give no access.
const SHOWN: [&str; 6] = ["dbname", "host", "mode", "port", "sslmode", "tls"];

/// All of it is hidden, but that it is set.
pub fn hide(value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else {
        HIDDEN.into()
    }
}

/// Keeps what helps to recognise an address, hides what gives access: who stands before the `@`, and what the query says.
pub fn mask(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.into();
    };
    let (place, query) = rest
        .split_once('?')
        .map_or((rest, None), |(place, query)| (place, Some(query)));
    // A password that nobody encoded may hold any sign: then it cannot be told where it ends.
    if query.is_some_and(|query| query.contains('@')) {
        return format!("{scheme}://{HIDDEN}");
    }
    let place = place
        .rsplit_once('@')
        .map_or_else(|| place.to_owned(), |(_, host)| format!("{HIDDEN}@{host}"));
    let query = query.map_or_else(String::new, |query| format!("?{}", mask_query(query)));
    format!("{scheme}://{place}{query}")
}

fn mask_query(query: &str) -> String {
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, _)) if SHOWN.contains(&key) => pair.to_owned(),
        Some((key, _)) => format!("{key}={HIDDEN}"),
        None => hide(pair),
    });
    masked.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_access_is_masked_wherever_it_stands() {
        for (value, shown) in [
            (
                "postgres://h/d?user=u&password=pw&sslmode=require",
                "postgres://h/d?user=********&password=********&sslmode=require",
            ),
            ("postgres://u:p@ss/w@h:5/d", "postgres://********@h:5/d"),
            ("postgres://u:p?w@h/d", "postgres://********"),
            ("postgres://h/d?pw", "postgres://h/d?********"),
            (
                "https://key:secret@s3.example.org",
                "https://********@s3.example.org",
            ),
            (
                "sqlite://data/aisora.db?mode=rwc",
                "sqlite://data/aisora.db?mode=rwc",
            ),
            ("videos", "videos"),
        ] {
            assert_eq!(mask(value), shown);
        }
    }
}
