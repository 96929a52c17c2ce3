//! What the pages of a served book can do: grade an exercise while it is edited, and run programs.

#[cfg(unix)]
mod actors;
#[cfg(unix)]
mod answer;
mod arguments;
#[cfg(unix)]
mod editor;
#[cfg(unix)]
mod grading;
#[cfg(unix)]
mod languages;
mod misbehaving;
#[cfg(unix)]
mod orphans;
mod panels;
pub mod run;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod watched;

pub use run::{has_namespaces, has_python, needs};

use harness::Trial;

pub fn trials() -> Vec<Trial> {
    // First those that wait longest.
    #[allow(unused_mut)]
    let mut trials = panels::trials();
    #[cfg(unix)]
    trials.extend(actors::trials());
    trials.extend(misbehaving::trials());
    #[cfg(unix)]
    trials.extend(orphans::trials());
    #[cfg(target_os = "linux")]
    trials.extend([stage::trials(), watched::trials()].into_iter().flatten());
    trials.extend(arguments::trials());
    #[cfg(unix)]
    trials.extend(
        [grading::trials(), editor::trials(), answer::trials(), languages::trials()]
            .into_iter()
            .flatten(),
    );
    trials
}
