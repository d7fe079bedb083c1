//! The file that a video goes into. Nothing is overwritten unless that was asked for, and nothing half-written ever has
//! the final name.

use super::trouble::{Exit, Trouble};
use std::{
    ffi::OsString,
    fs::Permissions,
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// The longest name that is taken from a server, in bytes; file systems allow 255.
const LONGEST: usize = 200;

/// Where a video is going to be.
#[derive(Debug)]
pub struct Target {
    folder: PathBuf,
    /// Nothing when the server may choose.
    name: Option<OsString>,
    force: bool,
}

impl Target {
    /// Looks at what was asked for, before anything is paid.
    pub fn find(output: Option<&Path>, force: bool) -> Result<Self, Trouble> {
        let (folder, name) = match output {
            None => (PathBuf::new(), None),
            Some(folder) if folder.is_dir() => (folder.to_owned(), None),
            Some(file) => (
                file.parent().map(Path::to_owned).unwrap_or_default(),
                file.file_name().map(ToOwned::to_owned),
            ),
        };
        let target = Self { folder, name, force };
        if let Some(name) = &target.name {
            let file = target.folder.join(name);
            if !force && file.symlink_metadata().is_ok() {
                return Err(in_the_way(&file));
            }
        }
        // That a file can be made there is known once one was.
        target.part()?;
        Ok(target)
    }

    /// A new file beside the target. It goes away by itself unless it is kept.
    pub fn part(&self) -> Result<NamedTempFile, Trouble> {
        tempfile::Builder::new()
            .prefix(".aisora-")
            .suffix(".part")
            // As any new file: what others may do is for the user's mask to say.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder })
            .map_err(|error| unwritable(&self.folder, &error))
    }

    /// Gives the file its name: the one that was asked for, else the first of these that is free.
    pub fn keep(&self, part: NamedTempFile, names: &[String]) -> Result<PathBuf, Trouble> {
        let names = match &self.name {
            Some(name) => vec![name.clone()],
            None => names.iter().map(OsString::from).collect(),
        };
        let (mut part, mut taken) = (part, PathBuf::new());
        for name in names {
            let file = self.folder.join(name);
            let kept = if self.force {
                part.persist(&file)
            } else {
                part.persist_noclobber(&file)
            };
            match kept {
                Ok(_) => return Ok(file),
                Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
                    (part, taken) = (refused.file, file);
                }
                Err(refused) => return Err(unwritable(&file, &refused.error)),
            }
        }
        Err(in_the_way(&taken))
    }
}

fn in_the_way(file: &Path) -> Trouble {
    let message = format!(
        "{} is there already. Give another name with -o, or --force to replace it.",
        file.display()
    );
    Trouble::new(Exit::Wrong, "file_exists", message).at("output")
}

fn unwritable(place: &Path, error: &io::Error) -> Trouble {
    let place = if place.as_os_str().is_empty() {
        Path::new(".")
    } else {
        place
    };
    let message = format!("{} cannot be written: {error}.", place.display());
    Trouble::new(Exit::Wrong, "not_writable", message).at("output")
}

/// The name that a `Content-Disposition` proposes (RFC 6266): the full one before the plain one.
pub fn proposed(disposition: &str) -> Option<String> {
    let parameter = |wanted: &str| {
        let mut parameters = disposition.split(';').skip(1);
        parameters.find_map(|parameter| {
            let (name, value) = parameter.trim().split_once('=')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim_matches('"'))
        })
    };
    let full = parameter("filename*").and_then(|value| unescaped(value.strip_prefix("UTF-8''")?));
    let plain = || parameter("filename").map(ToOwned::to_owned);
    full.as_deref().and_then(harmless).or_else(|| harmless(&plain()?))
}

/// A name without folders, hidden files and signs that a terminal obeys, or nothing.
pub fn harmless(name: &str) -> Option<String> {
    let fits = |sign: char| !sign.is_control() && !matches!(sign, '/' | '\\' | ':');
    let is_name = !name.is_empty() && !name.starts_with(['.', '-']) && name.len() <= LONGEST;
    (is_name && name.chars().all(fits)).then(|| name.to_owned())
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_server_are_read_and_never_lead_elsewhere() {
        let name = proposed;
        assert_eq!(
            name("attachment; filename=\"a-boat.mp4\"; filename*=UTF-8''ein-b%C3%B6ot.mp4").as_deref(),
            Some("ein-b\u{f6}ot.mp4")
        );
        assert_eq!(
            name("attachment; filename=\"a-boat.mp4\"").as_deref(),
            Some("a-boat.mp4")
        );
        let escape = "attachment; filename=\"boat.mp4\"; filename*=UTF-8''..%2Fboat.mp4";
        assert_eq!(name(escape).as_deref(), Some("boat.mp4"));
        for wrong in [
            "attachment",
            "attachment; filename=\"\"",
            "attachment; filename=\"../boat.mp4\"",
            "attachment; filename=\".bashrc\"",
            "attachment; filename=\"-rf\"",
            "attachment; filename*=UTF-8''a%1B[2J",
            "attachment; filename*=UTF-8''a%zz",
        ] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_is_overwritten_unless_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("boat.mp4");
        let target = |force| Target::find(Some(&file), force);
        let first = target(false).unwrap();
        let part = first.part().unwrap();
        std::fs::write(&file, "mine").unwrap();
        assert_eq!(first.keep(part, &[]).unwrap_err().code, "file_exists");
        assert_eq!(target(false).unwrap_err().code, "file_exists");
        assert_eq!(std::fs::read(&file).unwrap(), b"mine");
        let replaced = target(true).unwrap();
        replaced.keep(replaced.part().unwrap(), &[]).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"");
        let in_folder = Target::find(Some(folder.path()), false).unwrap();
        let names = ["boat.mp4".to_owned(), "video_1.mp4".to_owned()];
        let kept = in_folder.keep(in_folder.part().unwrap(), &names).unwrap();
        assert_eq!(kept, folder.path().join("video_1.mp4"));
        let nowhere = Target::find(Some(&folder.path().join("no/boat.mp4")), false);
        assert_eq!(nowhere.unwrap_err().code, "not_writable");
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 2, "no parts are left");
    }
}
