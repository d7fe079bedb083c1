//! Every setting: its key in the file, its variable, its default, and what it is for.

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Key in the TOML file; a dot is a table.
    pub key: &'static str,
    /// Environment variable.
    pub environment: &'static str,
    /// Value when nobody sets it; empty where it depends on others.
    pub default: &'static str,
    /// Never shown. Addresses are not secret as a whole: of them, only what gives access is hidden.
    pub secret: bool,
    /// What it is for, in a line.
    pub about: &'static str,
}

const fn setting(
    key: &'static str,
    environment: &'static str,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        key,
        environment,
        default,
        secret: false,
        about,
    }
}

const fn secret(key: &'static str, environment: &'static str, about: &'static str) -> Setting {
    Setting {
        key,
        environment,
        default: "",
        secret: true,
        about,
    }
}

/// All of them, in the order of `aisora config`.
pub const SETTINGS: &[Setting] = &[
    setting(
        "mode",
        "AISORA_MODE",
        "development",
        "`development`, or `production`, which refuses to start insecure",
    ),
    setting(
        "bind",
        "AISORA_BIND",
        "127.0.0.1:3000",
        "address and port to listen on",
    ),
    setting(
        "public_url",
        "AISORA_PUBLIC_URL",
        "",
        "the address that people type; default: http:// and `bind`",
    ),
    setting(
        "data_dir",
        "AISORA_DATA_DIR",
        "data",
        "folder for the database, the videos and scratch files",
    ),
    setting(
        "database_url",
        "AISORA_DATABASE_URL",
        "",
        "sqlite:// or postgres://; default: SQLite in the data folder",
    ),
    setting(
        "storage_url",
        "AISORA_STORAGE_URL",
        "",
        "file:// or s3://bucket/prefix; default: a folder in the data folder",
    ),
    setting(
        "site_dir",
        "AISORA_SITE_DIR",
        "",
        "the browser's files; default: `site` beside the program",
    ),
    setting(
        "trusted_proxies",
        "AISORA_TRUSTED_PROXIES",
        "",
        "addresses of the proxies whose X-Forwarded-For is believed, with commas",
    ),
    secret(
        "metrics.token",
        "AISORA_METRICS_TOKEN",
        "`/metrics` asks everybody for it as `Authorization: Bearer`, from wherever; default: in production only this machine, \
         without a proxy's headers, may read it. Set a token if a proxy on this machine adds no header of its own",
    ),
    setting(
        "s3.endpoint",
        "AISORA_S3_ENDPOINT",
        "",
        "S3-compatible server; default: Amazon's",
    ),
    setting("s3.region", "AISORA_S3_REGION", "us-east-1", "S3 region"),
    secret(
        "s3.access_key",
        "AISORA_S3_ACCESS_KEY",
        "S3 access key id; default: AWS_ACCESS_KEY_ID or the machine's role",
    ),
    secret("s3.secret_key", "AISORA_S3_SECRET_KEY", "S3 secret key"),
    setting(
        "credits.welcome",
        "AISORA_CREDITS_WELCOME",
        "",
        "credits on sign-up; default: 200 in development, 0 in production",
    ),
    setting(
        "credits.quote_minutes",
        "AISORA_CREDITS_QUOTE_MINUTES",
        "30",
        "how long a quoted price holds",
    ),
    setting(
        "sessions.days",
        "AISORA_SESSIONS_DAYS",
        "30",
        "days after which an unused session ends",
    ),
    setting(
        "limits.sign_ins_per_quarter_hour",
        "AISORA_LIMITS_SIGN_INS_PER_QUARTER_HOUR",
        "100",
        "tries from one address",
    ),
    setting(
        "limits.sign_ups_per_hour",
        "AISORA_LIMITS_SIGN_UPS_PER_HOUR",
        "",
        "from one address; default: 20 in production",
    ),
    setting(
        "api.requests_per_minute",
        "AISORA_API_REQUESTS_PER_MINUTE",
        "300",
        "requests of one program's key to /v1, in each process",
    ),
    setting(
        "worker.per_user",
        "AISORA_WORKER_PER_USER",
        "2",
        "videos of one person that are worked on at once",
    ),
    setting(
        "worker.lease_seconds",
        "AISORA_WORKER_LEASE_SECONDS",
        "10",
        "after how long a dead worker's job is taken over",
    ),
    setting(
        "worker.max_video_mb",
        "AISORA_WORKER_MAX_VIDEO_MB",
        "2048",
        "largest video accepted from a provider, in MiB",
    ),
    setting(
        "moderation.forbidden",
        "AISORA_MODERATION_FORBIDDEN",
        "",
        "words and phrases that prompts may not have, with commas between; case and accents do not matter",
    ),
    setting(
        "moderation.forbidden_file",
        "AISORA_MODERATION_FORBIDDEN_FILE",
        "",
        "a text file with more of them, one a line; lines that begin with # are notes",
    ),
    setting(
        "mail.url",
        "AISORA_MAIL_URL",
        "",
        "the mail server: smtps://user:password@host, or smtp://user:password@host?tls=required for STARTTLS; without it there is \
         no mail",
    ),
    setting(
        "mail.from",
        "AISORA_MAIL_FROM",
        "",
        "who letters come from, like AiSora <studio@example.org>",
    ),
    setting(
        "builtin.concurrency",
        "AISORA_BUILTIN_CONCURRENCY",
        "2",
        "videos that the built-in renderer makes at once",
    ),
    setting(
        "builtin.deadline_seconds",
        "AISORA_BUILTIN_DEADLINE_SECONDS",
        "600",
        "longest time for one built-in video",
    ),
    setting(
        "builtin.credits_per_second",
        "AISORA_BUILTIN_CREDITS_PER_SECOND",
        "1280x720=10, 720x1280=10, 1024x1024=10, 1920x1080=20",
        "prices of the built-in renderer by size, the default size first",
    ),
];
