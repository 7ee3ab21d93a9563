//! The node as a client sees it: alloy over HTTP against a node of its own for every test.

mod blocks;
mod calls;
mod contract;
mod deployer;
mod fidelity;
mod hostile;
mod logs;
mod mining;
mod node_interface;
mod persistence;
mod programs;
mod setup;
mod state;
mod stylus;
mod time;
mod traces;
mod transactions;
mod wallet;
mod websocket;
