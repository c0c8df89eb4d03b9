//! The object store for attachments: a folder beside the database, or S3 as a setting.

use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use sha2::{Digest, Sha256};

/// Where the bytes of attachments lie, each under its SHA-256.
#[derive(Debug, Clone)]
pub struct Files(Arc<dyn ObjectStore>);

/// The store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("the attachments URL must be file:///folder or s3://bucket")]
    Url,
    #[error(transparent)]
    Store(#[from] object_store::Error),
    #[error(transparent)]
    Folder(#[from] std::io::Error),
}

impl Files {
    /// A folder of this machine; it is created, for its owner only.
    pub fn in_folder(folder: &Path) -> Result<Self, FilesError> {
        create_private(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// `file:///folder` or `s3://bucket`; S3 takes its region, endpoint and credentials from
    /// the `AWS_*` variables of the environment.
    pub fn open(url: &str) -> Result<Self, FilesError> {
        if let Some(folder) = url.strip_prefix("file://") {
            return Self::in_folder(Path::new(folder));
        }
        let bucket = url
            .strip_prefix("s3://")
            .filter(|bucket| !bucket.is_empty());
        let bucket = bucket.ok_or(FilesError::Url)?.trim_end_matches('/');
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .build()?;
        Ok(Self(Arc::new(store)))
    }

    /// Stores bytes under their SHA-256 and gives it in hexadecimal. The same bytes again cost
    /// nothing, so a retry after a crash is harmless; what lies there with another length is no
    /// longer what it was, and is replaced.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, FilesError> {
        let sha256 = sha256_of(&bytes);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        match self.0.head(&key_of(&sha256)).await {
            Ok(found) if found.size == length => {}
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {
                self.store(&sha256, bytes).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(sha256)
    }

    /// Stores bytes under their SHA-256 unless they lie there to the last bit.
    pub(crate) async fn mend(&self, bytes: Vec<u8>) -> Result<(), FilesError> {
        let sha256 = sha256_of(&bytes);
        if self.is_sound(&sha256).await? {
            return Ok(());
        }
        self.store(&sha256, bytes).await
    }

    async fn store(&self, sha256: &str, bytes: Vec<u8>) -> Result<(), FilesError> {
        self.0.put(&key_of(sha256), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Whether what lies under a SHA-256 has it.
    pub async fn is_sound(&self, sha256: &str) -> Result<bool, FilesError> {
        let stored = self.whole(sha256).await?;
        Ok(stored.is_some_and(|bytes| sha256_of(&bytes) == sha256))
    }

    /// All bytes stored under a SHA-256; none where nothing lies there.
    pub async fn whole(&self, sha256: &str) -> Result<Option<Vec<u8>>, FilesError> {
        match self.0.get(&key_of(sha256)).await {
            Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes stored under a SHA-256, piece by piece.
    pub async fn get(
        &self,
        sha256: &str,
    ) -> Result<BoxStream<'static, Result<Vec<u8>, FilesError>>, FilesError> {
        let found = self.0.get(&key_of(sha256)).await?;
        let pieces = found.into_stream();
        Ok(pieces
            .map(|piece| Ok(piece.map(|bytes| bytes.to_vec())?))
            .boxed())
    }
}

/// In hexadecimal.
pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two letters of the hash make a folder, so that none grows too large.
fn key_of(sha256: &str) -> Key {
    let folder = sha256.get(..2).unwrap_or("00");
    Key::from(format!("{folder}/{sha256}"))
}

fn create_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}
