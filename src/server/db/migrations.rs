//! The migrations, inside the binary. Both engines have the same numbers.

use sqlx::{
    SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};
use std::borrow::Cow;

const SQLITE: &[(i64, &str, &str)] = &[
    (
        1,
        "foundation",
        include_str!("../../../migrations/sqlite/0001_foundation.sql"),
    ),
    (
        2,
        "library_filters",
        include_str!("../../../migrations/sqlite/0002_library_filters.sql"),
    ),
    (3, "api", include_str!("../../../migrations/sqlite/0003_api.sql")),
    (
        4,
        "webhooks",
        include_str!("../../../migrations/sqlite/0004_webhooks.sql"),
    ),
    (
        5,
        "providers",
        include_str!("../../../migrations/sqlite/0005_providers.sql"),
    ),
    (
        6,
        "spending_guards",
        include_str!("../../../migrations/sqlite/0006_spending_guards.sql"),
    ),
    (
        7,
        "search",
        include_str!("../../../migrations/sqlite/0007_search.sql"),
    ),
    (
        8,
        "organise",
        include_str!("../../../migrations/sqlite/0008_organise.sql"),
    ),
    (
        9,
        "trash",
        include_str!("../../../migrations/sqlite/0009_trash.sql"),
    ),
    (
        10,
        "lineage",
        include_str!("../../../migrations/sqlite/0010_lineage.sql"),
    ),
    (
        11,
        "presets",
        include_str!("../../../migrations/sqlite/0011_presets.sql"),
    ),
    (
        12,
        "answers",
        include_str!("../../../migrations/sqlite/0012_answers.sql"),
    ),
    (
        13,
        "letters",
        include_str!("../../../migrations/sqlite/0013_letters.sql"),
    ),
    (
        14,
        "extensions",
        include_str!("../../../migrations/sqlite/0014_extensions.sql"),
    ),
    (
        15,
        "search_rows",
        include_str!("../../../migrations/sqlite/0015_search_rows.sql"),
    ),
    (
        16,
        "phrases",
        include_str!("../../../migrations/sqlite/0016_phrases.sql"),
    ),
    (
        17,
        "lately",
        include_str!("../../../migrations/sqlite/0017_lately.sql"),
    ),
    (
        18,
        "words_by_video",
        include_str!("../../../migrations/sqlite/0018_words_by_video.sql"),
    ),
];

const POSTGRES: &[(i64, &str, &str)] = &[
    (
        1,
        "foundation",
        include_str!("../../../migrations/postgres/0001_foundation.sql"),
    ),
    (
        2,
        "library_filters",
        include_str!("../../../migrations/postgres/0002_library_filters.sql"),
    ),
    (
        3,
        "api",
        include_str!("../../../migrations/postgres/0003_api.sql"),
    ),
    (
        4,
        "webhooks",
        include_str!("../../../migrations/postgres/0004_webhooks.sql"),
    ),
    (
        5,
        "providers",
        include_str!("../../../migrations/postgres/0005_providers.sql"),
    ),
    (
        6,
        "spending_guards",
        include_str!("../../../migrations/postgres/0006_spending_guards.sql"),
    ),
    (
        7,
        "search",
        include_str!("../../../migrations/postgres/0007_search.sql"),
    ),
    (
        8,
        "organise",
        include_str!("../../../migrations/postgres/0008_organise.sql"),
    ),
    (
        9,
        "trash",
        include_str!("../../../migrations/postgres/0009_trash.sql"),
    ),
    (
        10,
        "lineage",
        include_str!("../../../migrations/postgres/0010_lineage.sql"),
    ),
    (
        11,
        "presets",
        include_str!("../../../migrations/postgres/0011_presets.sql"),
    ),
    (
        12,
        "answers",
        include_str!("../../../migrations/postgres/0012_answers.sql"),
    ),
    (
        13,
        "letters",
        include_str!("../../../migrations/postgres/0013_letters.sql"),
    ),
    (
        14,
        "extensions",
        include_str!("../../../migrations/postgres/0014_extensions.sql"),
    ),
    (
        15,
        "search_rows",
        include_str!("../../../migrations/postgres/0015_search_rows.sql"),
    ),
    (
        16,
        "phrases",
        include_str!("../../../migrations/postgres/0016_phrases.sql"),
    ),
    (
        17,
        "lately",
        include_str!("../../../migrations/postgres/0017_lately.sql"),
    ),
    (
        18,
        "words_by_video",
        include_str!("../../../migrations/postgres/0018_words_by_video.sql"),
    ),
];

pub fn sqlite() -> Migrator {
    migrator(SQLITE)
}

pub fn postgres() -> Migrator {
    migrator(POSTGRES)
}

fn migrator(files: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migrations = files.iter().map(|(number, name, sql)| {
        Migration::new(
            *number,
            Cow::Borrowed(*name),
            MigrationType::Simple,
            SqlStr::from_static(sql),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |files: &[(i64, &'static str, &'static str)]| {
            files.iter().map(|f| (f.0, f.1)).collect::<Vec<_>>()
        };
        assert_eq!(names(SQLITE), names(POSTGRES));
    }

    /// Tables and columns in order, read from the text of a migration. How words are found is each engine's own.
    fn shape(sql: &str) -> Vec<(String, Vec<String>)> {
        let mut tables = Vec::new();
        for block in sql.split("CREATE TABLE ").skip(1) {
            let (name, rest) = block.split_once('(').unwrap();
            if name.starts_with("prompt_words") {
                continue;
            }
            let body = rest.split_once("\n)").unwrap().0;
            let columns = body
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with("--") && !line.starts_with('('))
                .map(|line| line.split_whitespace().next().unwrap().to_owned());
            tables.push((name.trim().to_owned(), columns.collect()));
        }
        tables
    }

    #[test]
    fn both_engines_have_the_same_tables_and_columns() {
        assert!(!shape(SQLITE[0].2).is_empty());
        for (sqlite, postgres) in SQLITE.iter().zip(POSTGRES) {
            assert_eq!(shape(sqlite.2), shape(postgres.2), "migration {}", sqlite.0);
        }
    }
}
