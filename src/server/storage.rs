//! Media in and out, over `object_store`: a folder, or anything that speaks S3. Keys are made here, never from what
//! people type.

use super::{
    config::Config,
    error::{Failure, Result},
};
use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, WriteMultipart, aws::AmazonS3Builder,
    local::LocalFileSystem, path::Path as Key,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::io::AsyncReadExt as _;

/// A piece of an upload, in bytes: S3 takes no smaller ones except the last.
const PIECE: usize = 5 << 20;

/// Files in a scratch folder that are older than any download or rendering takes belong to nobody.
const ABANDONED: Duration = Duration::from_hours(1);

/// Makes a scratch folder ready: what killed processes left there goes. Younger files may belong to another process.
///
/// # Errors
/// When the folder cannot be made or read.
pub fn clear_scratch(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for old in std::fs::read_dir(folder)?.flatten() {
        let age = old
            .metadata()
            .and_then(|data| data.modified())
            .ok()
            .and_then(|at| at.elapsed().ok());
        if old.path().is_file() && age.is_some_and(|age| age > ABANDONED) {
            // What somebody else removed meanwhile, or may not be removed, keeps no other here.
            if let Err(error) = std::fs::remove_file(old.path()) {
                tracing::warn!(file = %old.path().display(), %error, "a scratch file stays");
            }
        }
    }
    Ok(())
}

/// The store of videos.
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    root: Key,
    /// Where a local store lies: its folders are removed as they are, with what a killed upload left in them.
    folder: Option<PathBuf>,
}

/// An object on its way out.
pub struct Piece {
    /// The bytes as they come.
    pub bytes: BoxStream<'static, object_store::Result<Bytes>>,
}

impl Storage {
    /// The store of the configuration.
    ///
    /// # Errors
    /// When the address is not understood or the folder cannot be made.
    pub fn open(config: &Config) -> Result<Self> {
        if let Some(rest) = config.storage_url.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let mut builder = AmazonS3Builder::from_env()
                .with_bucket_name(bucket)
                .with_region(&config.s3.region)
                .with_allow_http(config.s3.endpoint.starts_with("http://"));
            if !config.s3.endpoint.is_empty() {
                builder = builder.with_endpoint(&config.s3.endpoint);
            }
            if !config.s3.access_key.is_empty() {
                builder = builder
                    .with_access_key_id(&config.s3.access_key)
                    .with_secret_access_key(&config.s3.secret_key);
            }
            return Ok(Self {
                store: Arc::new(builder.build()?),
                root: Key::from(prefix),
                folder: None,
            });
        }
        let folder = config.storage_url.strip_prefix("file://").ok_or_else(|| {
            Failure::broken(format!(
                "`storage_url` must begin with file:// or s3://, not {}",
                config.storage_url
            ))
        })?;
        std::fs::create_dir_all(folder)?;
        // What is charged for survives a power cut, as the charge does.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            root: Key::default(),
            folder: Some(folder.into()),
        })
    }

    /// A store over another one, for tests that make it fail.
    #[must_use]
    pub fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self {
            store,
            root: Key::default(),
            folder: None,
        }
    }

    fn key(&self, name: &str) -> Key {
        name.split('/')
            .filter(|part| !part.is_empty())
            .fold(self.root.clone(), Key::join)
    }

    /// Puts a file away. It is there whole or not at all: both kinds of store show it only when the last byte is in.
    ///
    /// # Errors
    /// When the file cannot be read or the store refuses; then nothing is there.
    pub async fn put_file(&self, name: &str, file: &Path) -> Result<()> {
        let mut file = tokio::fs::File::open(file).await?;
        let upload = self.store.put_multipart(&self.key(name)).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PIECE);
        let mut buffer = vec![0; 1 << 18];
        loop {
            let read = match file.read(&mut buffer).await {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    upload.abort().await?;
                    return Err(error.into());
                }
            };
            // Never more than two pieces in memory.
            upload.wait_for_capacity(2).await?;
            upload.write(&buffer[..read]);
        }
        upload.finish().await?;
        Ok(())
    }

    /// Puts a few bytes away.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        self.store.put(&self.key(name), bytes.into()).await?;
        Ok(())
    }

    /// A range of an object; the whole of it without one.
    ///
    /// # Errors
    /// When it is not there or the store does not answer.
    pub async fn get(&self, name: &str, range: Option<std::ops::Range<u64>>) -> Result<Piece> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&self.key(name), options).await?;
        Ok(Piece {
            bytes: found.into_stream(),
        })
    }

    /// The length of an object in bytes.
    ///
    /// # Errors
    /// When it is not there or the store does not answer.
    pub async fn length(&self, name: &str) -> Result<u64> {
        Ok(self.store.head(&self.key(name)).await?.size)
    }

    /// Removes everything under a prefix; what is not there is no error.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remove(&self, prefix: &str) -> Result<()> {
        if let Some(folder) = &self.folder {
            return gone(tokio::fs::remove_dir_all(folder.join(prefix)).await);
        }
        let mut found = self.store.list(Some(&self.key(prefix)));
        while let Some(object) = found.next().await {
            match self.store.delete(&object?.location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Removes the numbered folders under a prefix whose number is below `fence`: what earlier claims left there. A
    /// claim that wakes up late can so never remove what a later one has put away.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remove_before(&self, prefix: &str, fence: i64) -> Result<()> {
        for number in self.numbers(prefix).await? {
            if number < fence {
                self.remove(&format!("{prefix}/{number}")).await?;
            }
        }
        Ok(())
    }

    /// The numbers of the folders under a prefix.
    async fn numbers(&self, prefix: &str) -> Result<Vec<i64>> {
        let mut numbers = Vec::new();
        if let Some(folder) = &self.folder {
            let mut found = match tokio::fs::read_dir(folder.join(prefix)).await {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(numbers),
                found => found?,
            };
            while let Some(entry) = found.next_entry().await? {
                numbers.extend(
                    entry
                        .file_name()
                        .to_str()
                        .and_then(|name| name.parse::<i64>().ok()),
                );
            }
            return Ok(numbers);
        }
        let found = self.store.list_with_delimiter(Some(&self.key(prefix))).await?;
        let names = found.common_prefixes.iter().filter_map(Key::filename);
        numbers.extend(names.filter_map(|name| name.parse::<i64>().ok()));
        Ok(numbers)
    }

    /// Answers when the store does: writes, reads and removes a small object.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        // A name of its own: probes may overlap.
        let key = self.key(&format!("ready-{:x}", rand::random::<u64>()));
        self.store.put(&key, Bytes::from_static(b"ready").into()).await?;
        self.store.head(&key).await?;
        self.store.delete(&key).await?;
        Ok(())
    }
}

/// What was not there is gone too.
fn gone(removed: std::io::Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
