//! The Ed25519 keys that sign access tokens: a folder of PKCS#8 files, the newest of which signs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::key_files::{self, Folder};

/// How long a folder once read is trusted, so that a key rotated or retired by the command
/// line is noticed by the running server.
const READ_EVERY: TimeDelta = TimeDelta::seconds(30);
/// How soon an unknown key id may cause the folder to be read again: a stranger who sends
/// made-up ids must not keep the disk busy.
const READ_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(3);

/// Why the keys can not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{}: {cause}", path.display())]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{} can be read by others (mode {mode:o}): take their rights away with chmod go-rwx", path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{} is no Ed25519 key in PKCS#8 PEM", path.display())]
    Unreadable { path: PathBuf },
    #[error("{}: a key file is named by a UUID and ends in .pem", path.display())]
    BadName { path: PathBuf },
    #[error("there is no key {0}")]
    Unknown(String),
    #[error("{0} is the only key: rotate first, then retire it")]
    OnlyKey(String),
    #[error("a new key could not be encoded")]
    Encode,
}

/// One key pair, ready for use.
pub struct Key {
    pub kid: String,
    pub(super) signs: EncodingKey,
    pub(super) verifies: DecodingKey,
    public: [u8; 32],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// What the world may know of a key, as a JSON Web Key names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub kid: String,
    /// The public point in URL-safe base64, as RFC 8037 wants it.
    pub x: String,
}

/// All keys of this service; cheap to clone.
#[derive(Debug, Clone)]
pub struct Keys {
    folder: PathBuf,
    ring: Arc<RwLock<Ring>>,
}

#[derive(Debug, Default)]
struct Ring {
    /// By key id; ids are UUIDv7, so the last one is the newest.
    keys: BTreeMap<String, Arc<Key>>,
    read_at: Option<DateTime<Utc>>,
}

impl Keys {
    /// Reads the folder, and makes it and a first key where there is none.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        let files = Folder::prepare(folder)?;
        if files.list()?.is_empty() {
            generate(&files)?;
        }
        let ring = Ring {
            keys: read(&files)?,
            read_at: None,
        };
        Ok(Self {
            folder: folder.to_owned(),
            ring: Arc::new(RwLock::new(ring)),
        })
    }

    /// The newest key, which signs.
    pub fn signing(&self, now: DateTime<Utc>) -> Option<Arc<Key>> {
        self.read_if_older(now, READ_EVERY);
        self.with_ring(|ring| ring.keys.last_key_value().map(|(_, key)| Arc::clone(key)))
    }

    /// The key named `kid`, if it is still one of ours.
    pub fn verifying(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<Key>> {
        self.read_if_older(now, READ_EVERY);
        let find = |ring: &Ring| ring.keys.get(kid).cloned();
        if let Some(key) = self.with_ring(find) {
            return Some(key);
        }
        self.read_if_older(now, READ_AGAIN_AFTER);
        self.with_ring(find)
    }

    /// Public halves, the newest first.
    pub fn public(&self, now: DateTime<Utc>) -> Vec<PublicKey> {
        self.read_if_older(now, READ_EVERY);
        self.with_ring(|ring| {
            let newest_first = ring.keys.values().rev();
            newest_first
                .map(|key| PublicKey {
                    kid: key.kid.clone(),
                    x: URL_SAFE_NO_PAD.encode(key.public),
                })
                .collect()
        })
    }

    /// Makes a new key that signs from now on; the older ones go on verifying. Returns its id.
    pub fn rotate(&self) -> Result<String, KeyError> {
        let kid = generate(&self.files())?;
        self.reload()?;
        Ok(kid)
    }

    /// Takes a key away: tokens it signed are refused from now on.
    pub fn retire(&self, kid: &str) -> Result<(), KeyError> {
        self.reload()?;
        let (known, count) = self.with_ring(|ring| (ring.keys.contains_key(kid), ring.keys.len()));
        if !known {
            return Err(KeyError::Unknown(kid.to_owned()));
        }
        if count == 1 {
            return Err(KeyError::OnlyKey(kid.to_owned()));
        }
        self.files().remove(kid)?;
        self.reload()
    }

    /// Reads the folder again.
    pub fn reload(&self) -> Result<(), KeyError> {
        let keys = read(&self.files())?;
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        ring.keys = keys;
        Ok(())
    }

    fn files(&self) -> Folder<'_> {
        Folder::at(&self.folder)
    }

    fn with_ring<T>(&self, look: impl FnOnce(&Ring) -> T) -> T {
        look(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn read_if_older(&self, now: DateTime<Utc>, age: TimeDelta) {
        let young = |ring: &Ring| ring.read_at.is_some_and(|at| (now - at).abs() < age);
        if self.with_ring(young) {
            return;
        }
        {
            let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
            if young(&ring) {
                return;
            }
            ring.read_at = Some(now);
        }
        // With the folder out of reach for a moment, the keys in memory are still right.
        if let Err(error) = self.reload() {
            tracing::warn!(%error, "the signing keys could not be read again");
        }
    }
}

/// Makes one key and stores it; returns its id.
fn generate(files: &Folder<'_>) -> Result<String, KeyError> {
    let kid = crate::ids::new_uid();
    let key = SigningKey::from_bytes(&crate::ids::random_bytes());
    let pem = key
        .to_pkcs8_pem(Default::default())
        .map_err(|_| KeyError::Encode)?;
    files.write(&kid, pem.as_bytes())?;
    Ok(kid)
}

fn read(files: &Folder<'_>) -> Result<BTreeMap<String, Arc<Key>>, KeyError> {
    let keys: BTreeMap<_, _> = files
        .list()?
        .into_iter()
        .map(|kid| read_one(files, kid))
        .collect::<Result<_, _>>()?;
    match keys.is_empty() {
        true => Err(key_files::nothing_in(files)),
        false => Ok(keys),
    }
}

fn read_one(files: &Folder<'_>, kid: String) -> Result<(String, Arc<Key>), KeyError> {
    let unreadable = || KeyError::Unreadable {
        path: files.path_of(&kid),
    };
    let pem = files.read(&kid)?;
    let pair = SigningKey::from_pkcs8_pem(&pem).map_err(|_| unreadable())?;
    let der = pair.to_pkcs8_der().map_err(|_| unreadable())?;
    let public = pair.verifying_key().to_bytes();
    let key = Key {
        kid: kid.clone(),
        signs: EncodingKey::from_ed_der(der.as_bytes()),
        verifies: DecodingKey::from_ed_der(&public),
        public,
    };
    Ok((kid, Arc::new(key)))
}
