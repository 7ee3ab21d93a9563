//! The model against figures worked out by hand, and against the laws that any sharing must obey.

mod examples;
mod laws;
mod locks;
mod naive;
mod refusals;
mod story;
mod votes;
