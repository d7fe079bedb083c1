//! A store that does not do what it is asked: full, unable to remove, or silent when somebody reads.

use aisora::server::storage::Storage;
use futures::stream::{self, BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, memory::InMemory, path::Path,
};
use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
};

/// What is wrong with a store. A copy changes the same store.
#[derive(Clone, Debug, Default)]
pub struct StoreFaults(Arc<Faults>);

#[derive(Debug, Default)]
struct Faults {
    full: AtomicBool,
    removals: AtomicI32,
    reads: AtomicI32,
}

impl StoreFaults {
    /// A store in memory with these faults.
    #[must_use]
    pub fn storage(&self) -> Storage {
        Storage::over(Arc::new(FaultyStore {
            store: InMemory::new(),
            faults: self.0.clone(),
        }))
    }

    /// Whether it takes no byte.
    pub fn set_full(&self, full: bool) {
        self.0.full.store(full, Ordering::SeqCst);
    }

    /// Refuses to remove anything, so many times.
    pub fn refuse_removals(&self, times: i32) {
        self.0.removals.store(times, Ordering::SeqCst);
    }

    /// Does not answer who reads, so many times.
    pub fn hang_reads(&self, times: i32) {
        self.0.reads.store(times, Ordering::SeqCst);
    }

    /// Whether somebody asked again after the last refused removal.
    #[must_use]
    pub fn removed_again(&self) -> bool {
        self.0.removals.load(Ordering::SeqCst) < 0
    }

    /// How many reads will still hang; below zero once somebody read after the last of them.
    #[must_use]
    pub fn reads_left(&self) -> i32 {
        self.0.reads.load(Ordering::SeqCst)
    }
}

#[derive(Debug)]
struct FaultyStore {
    store: InMemory,
    faults: Arc<Faults>,
}

impl FaultyStore {
    fn has_room(&self) -> Result<()> {
        if self.faults.full.load(Ordering::SeqCst) {
            let source = io::Error::from(io::ErrorKind::StorageFull);
            return Err(failed(source));
        }
        Ok(())
    }
}

fn failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Generic {
        store: "faulty",
        source: source.into(),
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait::async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, path: &Path, bytes: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.has_room()?;
        self.store.put_opts(path, bytes, options).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.has_room()?;
        self.store.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        if self.faults.reads.fetch_sub(1, Ordering::SeqCst) > 0 {
            std::future::pending::<()>().await;
        }
        self.store.get_opts(path, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        if self.faults.removals.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Box::pin(stream::once(async { Err(failed("not now")) }));
        }
        self.store.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}
