//! Where the workspace and its programs are. Both are looked for when the suite runs, so that a tree that
//! was built and then moved or copied grades itself.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The folder of the workspace: the nearest one with a `book.toml` at or above the package that cargo
/// tests, this program, or the current folder, in this order.
pub fn workspace() -> &'static Path {
    static WORKSPACE: LazyLock<PathBuf> = LazyLock::new(|| {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let places = [package, env::current_exe().ok(), env::current_dir().ok()];
        let above = places.iter().flatten().flat_map(|place| place.ancestors());
        let found = above.into_iter().find(|folder| folder.join("book.toml").is_file());
        found.unwrap_or(Path::new(".")).to_owned()
    });
    &WORKSPACE
}

/// The folder of a lesson.
pub fn lesson(name: &str) -> PathBuf {
    workspace().join("lessons").join(name)
}

/// The folder of the programs that cargo built together with this one: `target/debug`, usually.
pub(crate) fn built() -> PathBuf {
    // A suite is target/PROFILE/deps/NAME-HASH, and a program target/PROFILE/NAME.
    let this = env::current_exe().unwrap_or_default();
    let folder = this.parent().unwrap_or(Path::new(""));
    let is_one_down = folder.ends_with("deps") || folder.ends_with("examples");
    if is_one_down { folder.parent().unwrap_or(folder) } else { folder }.to_owned()
}

/// Where this system's programs of that name are, among those that were built: `target/debug/NAME`.
pub fn program_file(name: &str) -> PathBuf {
    built().join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// The program that a shell would start by this name.
pub(crate) fn found_on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&folders).map(|folder| folder.join(&name)).find(|program| program.is_file())
}
