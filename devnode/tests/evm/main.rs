//! Transactions through the dev node's machine, without a network: programs, contracts and
//! precompiles calling each other, to the unit of gas.

mod activation;
mod calls;
mod fixture;
mod limits;
mod posting;
mod precompiles;
mod rules;
mod transactions;
